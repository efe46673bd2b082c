"""Whether a function answers the same question twice with the same answer: if not, calls leave something behind."""

from __future__ import annotations

import numpy as np

from steepest.answers import Answer, Arguments, Array, Caller, CallStatus, NumbersItem, TensorItem

OTHER = 0.01
"""An answer is another one if it differs by more than this share of its largest entry."""

SANE = 1e6
"""Beyond this size an answer comes from a descent that diverges, in which rounding alone decides."""


def changes(caller: Caller, function: str, arguments: Arguments, answer: Answer) -> bool:
    """Return whether ``function`` gives a clearly different answer now, to a question that differs by one rounding.

    The very same question would be answered from memory. A descent whose start was not given may begin at random, so
    it is not asked.
    """
    parameters = caller.parameters(function) or ()
    before = _first(answer)
    if before is None or ("steps" in parameters and "start" not in arguments):
        return False
    nudged = {name: _nudged(value) if isinstance(value, np.ndarray) else value for name, value in arguments.items()}
    after = _first(caller.call(function, nudged))
    if after is None or after.shape != before.shape or not np.abs(before).max(initial=0.0) <= SANE:
        return False
    return bool(np.abs(after - before).max(initial=0.0) > OTHER * np.abs(before).max(initial=0.0))


def _first(answer: Answer) -> Array | None:
    """Return the first tensor or numbers that came back, in float64; None if there are none."""
    if answer.status is not CallStatus.RETURNED or not answer.items:
        return None
    match answer.items[0]:
        case TensorItem(array=array) if array is not None and array.dtype.kind == "f":
            return np.asarray(array, dtype=np.float64)
        case NumbersItem(values=values):
            return np.asarray(values, dtype=np.float64)
        case _:
            return None


def _nudged(array: Array) -> Array:
    """Return an array whose largest entry is the next number away from zero.

    So zeros and signs stay, and whoever counts with whole numbers, which cuts off, still counts the same.
    """
    if not array.any():
        return array
    nudged = array.copy()
    place = np.unravel_index(int(np.abs(array).argmax()), array.shape)
    nudged[place] = np.nextafter(array[place], 2 * array[place])
    return nudged
