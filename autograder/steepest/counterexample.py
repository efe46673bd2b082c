"""A failing call as a record that a student can read and repeat: exact arguments, what came back, pictures."""

from __future__ import annotations

import keyword
from typing import Any

import numpy as np
import numpy.typing as npt

from steepest.answers import Answer, Argument, Arguments, Array, CallStatus, TensorItem
from steepest.errors import PropertyFailed
from steepest.linalg.condition import worst_condition_number
from steepest.model import Counterexample, Curve, HeatMap, Measurement, Rows, Tensor
from steepest.student import Returned

SHOWN_DIGITS = 4
SHOWN_ENTRIES = 64
SHOWN_TENSORS = 4

DUST = 1e-12
"""Entries below this share of the largest one are shown as 0."""


def describe(
    function: str,
    arguments: Arguments,
    parameters: tuple[str, ...] | None,
    answer: Answer,
    error: BaseException | None,
) -> Counterexample:
    """Return the record of a call: the question as code, the answer in words, what a property measured on it."""
    names = _names(function, arguments, parameters)
    first = next((value for value in arguments.values() if isinstance(value, np.ndarray)), None)
    condition_number = None if first is None else worst_condition_number(first)
    return Counterexample(
        call=f"{function}({', '.join(_shown(key, names[key], value) for key, value in arguments.items())})",
        arguments=tuple((names[key], _exact(value)) for key, value in arguments.items()),
        dtype=first.dtype.name if first is not None else "",
        condition_number=None if condition_number is None else _rounded(condition_number),
        returned=_returned(function, answer),
        heat_map=_heat_map(error),
        curves=_curves(error),
        measurement=measurement(error),
    )


def measurement(error: BaseException | None, digits: int = 6) -> Measurement | None:
    """Return what a failed property measured, rounded to ``digits`` significant digits."""
    if not isinstance(error, PropertyFailed):
        return None
    value, bound = float(f"{error.value:.{digits}g}"), float(f"{error.bound:.{digits}g}")
    return Measurement(error.quantity, value, bound, error.at_least)


def _names(function: str, arguments: Arguments, parameters: tuple[str, ...] | None) -> dict[str, str]:
    """Return what to call each argument: one given by position has the student's own name for it, if that is usable.

    The names come from the submission: each must be a name of Python, stand for one argument, and hide nothing that
    the call needs.
    """
    own = [name for name in parameters or () if name != "**"]
    taken = {"torch", function, *(key for key in arguments if not key.isdigit())}
    names: dict[str, str] = {}
    for key in arguments:
        name = own[int(key)] if key.isdigit() and int(key) < len(own) else key
        if key.isdigit() and (name in taken or not name.isidentifier() or keyword.iskeyword(name)):
            name = f"argument_{int(key) + 1}"
        names[key] = name
        taken.add(name)
    return names


def _shown(key: str, name: str, value: Argument) -> str:
    """Return an argument as it stands in a call: ``M``, ``start=start``, ``learning_rate=3.04``."""
    text = name if isinstance(value, np.ndarray) else _number(value)
    return text if key.isdigit() else f"{name}={text}"


def _number(value: float) -> str:
    """Return a number as Python reads it: exact, and a count stays a count."""
    if isinstance(value, int):
        return str(value)
    return repr(float(value)) if np.isfinite(value) else f'float("{value}")'


def _exact(value: Argument) -> Tensor | float:
    if not isinstance(value, np.ndarray):
        return float(value)
    return Tensor(value.shape, value.dtype.name, tuple(_shortest(entry) for entry in value.ravel()))


def _shortest(entry: np.floating) -> float:
    """Return the number with the fewest digits that is this entry in its own dtype: 0.1 for a float32 near 0.1."""
    short = float(np.format_float_scientific(entry))
    return short if entry.dtype.type(short) == entry else float(entry)


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _returned(function: str, answer: Answer) -> str:
    if answer.status is not CallStatus.RETURNED:
        return answer.error or answer.status.value
    words = Returned(function, answer).description
    arrays = [item.array for item in answer.items[:SHOWN_TENSORS] if isinstance(item, TensorItem)]
    shown = [array for array in arrays if array is not None and 0 < array.size <= SHOWN_ENTRIES]
    if not shown or (arrays and arrays[0] is not shown[0]):
        return words
    numbers = [np.array2string(_without_dust(array), precision=SHOWN_DIGITS, max_line_width=100) for array in shown]
    return f"{words}; the tensor{'s' if len(shown) > 1 else ''}:\n" + "\n".join(numbers)


def _without_dust(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array with 0 in the place of entries that are nothing beside the largest one, for people to read."""
    largest = np.abs(array[np.isfinite(array)]).max(initial=0.0)
    return np.where(np.abs(array) < DUST * largest, array.dtype.type(0), array)


def _heat_map(error: BaseException | None) -> HeatMap | None:
    """Return the matrix that a failed property wants drawn; of a batch, the matrix with the largest entry."""
    if not isinstance(error, PropertyFailed) or error.heat_map is None:
        return None
    title, drawn = error.heat_map
    array = _without_dust(np.asarray(drawn, dtype=np.float64))
    if array.size == 0:
        return None
    if array.ndim <= 2:
        return HeatMap(title, _rows(array))
    items = array.reshape(-1, *array.shape[-2:])
    worst = int(np.abs(np.nan_to_num(items, nan=np.inf)).max(axis=(1, 2)).argmax())
    return HeatMap(f"{title}, matrix {worst + 1} of {len(items)} of the batch, the worst", _rows(items[worst]))


def _rows(matrix: Array) -> Rows:
    return tuple(tuple(_rounded(float(entry)) for entry in row) for row in np.atleast_2d(matrix))


def _curves(error: BaseException | None) -> tuple[Curve, ...]:
    if not isinstance(error, PropertyFailed) or error.curves is None:
        return ()
    return tuple(
        Curve(name, tuple(_rounded(float(value)) for value in np.asarray(values).ravel()))
        for name, values in error.curves.items()
    )
