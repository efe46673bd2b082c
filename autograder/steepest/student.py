"""The ``student`` of a property: its functions can be called, and what they return passes a gate first."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steepest.answers import SLEPT, Answer, Argument, Array, Caller, CallStatus, NumbersItem, OtherItem, TensorItem
from steepest.errors import CallFailed, GateFailed
from steepest.model import Verdict

MAGNITUDE_CAP = 1e30
"""No honest answer of any assignment comes near this number; beyond it squares overflow float64's comfort."""


class NotAskable(Exception):
    """A property needs a parameter that the student's function does not have; the property is skipped."""

    def __init__(self, function: str, parameter: str) -> None:
        self.function = function
        self.parameter = parameter
        super().__init__(f"{function} has no parameter {parameter!r}")


class AskedLast(Exception):
    """A property asks a function apart, before everything else has been asked; it is tried again after that."""


class Student:
    """The functions of one submission: ``student.calculate_inverse(M, steps=3)`` asks one and returns a `Returned`.

    Args:
        caller: Where the functions are asked.
        apart: Where they are asked apart; see `StudentFunction.apart`. By default there is no other place.
        defers: Ask nothing apart yet: whoever wants to meets `AskedLast`.
    """

    def __init__(self, caller: Caller, apart: Caller | None = None, *, defers: bool = False) -> None:
        self._caller = caller
        self._apart = None if defers else apart or caller

    def __getattr__(self, function: str) -> StudentFunction:
        if function.startswith("_"):
            raise AttributeError(function)
        return StudentFunction(function, self._caller, self._apart)


@dataclass(frozen=True)
class StudentFunction:
    """One function of a submission; calling it asks the student's code, wherever that runs."""

    name: str
    _caller: Caller
    _apart: Caller | None

    @property
    def apart(self) -> StudentFunction:
        """Return the same function to ask what an honest answer may take for ever for.

        In grading it is asked last, in a worker of its own: a call that is lost there counts for nothing else.

        Raises:
            AskedLast: It is too early; the property is tried again when all others have been.
        """
        if self._apart is None:
            raise AskedLast
        return StudentFunction(self.name, self._apart, self._apart)

    def has(self, parameter: str) -> bool:
        """Return whether the function can be given ``parameter`` by name."""
        names = self._caller.parameters(self.name)
        return names is not None and (parameter in names or "**" in names)

    def names(self, parameter: str) -> bool:
        """Return whether the function's signature names ``parameter``: not so where ``**`` takes whatever comes."""
        return parameter in (self._caller.parameters(self.name) or ())

    def __call__(self, *positional: Argument, **options: Argument) -> Returned:
        """Return what the function gave back for these arguments.

        Raises:
            NotAskable: The function lacks one of the named parameters.
            CallFailed: It is missing, raised, ran out of time, or its process ended.
        """
        if self._caller.parameters(self.name) is not None:
            for parameter in options:
                if not self.has(parameter):
                    raise NotAskable(self.name, parameter)
        arguments = {str(position): value for position, value in enumerate(positional)} | options
        answer = self._caller.call(self.name, arguments)
        if answer.status is not CallStatus.RETURNED:
            raise call_failed(self.name, answer)
        return Returned(self.name, answer)


@dataclass(frozen=True)
class Returned:
    """What a function gave back; its methods are the gate: right kind, shape and dtype, finite, or `GateFailed`."""

    function: str
    answer: Answer

    @property
    def mutated(self) -> tuple[str, ...]:
        """Return the names of the arguments that the function changed in place."""
        return self.answer.mutated

    def tensor(self, position: int = 0, *, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Array:
        """Return the ``position``-th returned tensor, in its own dtype, finite and of sane magnitude."""
        tensors = [item for item in self.answer.items if isinstance(item, TensorItem)]
        expected = f"a {np.dtype(dtype).name} tensor of shape {shape}"
        if position >= len(tensors):
            raise GateFailed(self.description, expected, f"Return the answer of {self.function} as a torch.Tensor.")
        item = tensors[position]
        got = f"a {item.dtype} tensor of shape {item.shape}"
        if item.shape != shape:
            raise GateFailed(got, expected, "Check the shape of what you return: where is a dimension added or lost?")
        if item.array is None or item.dtype != np.dtype(dtype).name:
            raise GateFailed(got, expected, "Keep the dtype of the argument; torch.eye and torch.rand take dtype=.")
        return _finite(np.asarray(item.array, dtype=dtype), got)

    def number(self, position: int = 0) -> float:
        """Return the ``position``-th returned item as one finite number; a tensor with one element counts."""
        expected = "one finite number"
        values = self._numbers_at(position)
        if values is None or len(values) != 1:
            raise GateFailed(self.description, expected, f"Return a float from {self.function}.")
        number = float(values[0])
        if not math.isfinite(number):
            raise GateFailed(f"the number {number}", expected, "Look for a division by zero or an overflow.")
        return number

    def history(self, position: int = 1) -> Array:
        """Return the item at ``position`` or the first one after it that is a list of numbers, as float64.

        The numbers may be infinite or NaN: a descent that diverges says so honestly.
        """
        for place in range(position, len(self.answer.items)):
            values = self._numbers_at(place)
            if values is not None:
                return values
        raise GateFailed(self.description, "a list of losses after the answer", "Return (X, losses), one loss a step.")

    @property
    def description(self) -> str:
        """Return what came back in words: ``a float32 tensor of shape (2, 2), a list of 2000 numbers``."""
        return ", ".join(_describe(item) for item in self.answer.items) or "nothing (None)"

    def _numbers_at(self, position: int) -> Array | None:
        item = self.answer.items[position] if position < len(self.answer.items) else None
        if isinstance(item, NumbersItem):
            return item.values
        if isinstance(item, TensorItem) and item.array is not None and len(item.shape) <= 1:
            return np.atleast_1d(item.array).astype(np.float64)
        return None


def _finite(array: Array, got: str) -> Array:
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise GateFailed(
            f"{got} with {bad} of {array.size} entries NaN or infinite",
            "finite entries",
            "The descent diverged: lower the learning rate. For NaN, look for a division by zero.",
        )
    if array.size and float(np.abs(array).max()) > MAGNITUDE_CAP:
        raise GateFailed(f"{got} with entries above {MAGNITUDE_CAP:g}", "entries of sane size", "The descent diverged.")
    return array


def _describe(item: TensorItem | NumbersItem | OtherItem) -> str:
    match item:
        case TensorItem(shape=shape, dtype=dtype):
            return f"a {dtype} tensor of shape {shape}"
        case NumbersItem(values=values, lone=lone):
            return f"the number {values[0]:.6g}" if lone else f"a list of {len(values)} number{'s'[: len(values) != 1]}"
        case OtherItem(type_name=type_name):
            return f"an object of type {type_name}"


def call_failed(function: str, answer: Answer) -> CallFailed:
    """Return the exception that says why a call gave no answer, and what to try."""
    late = answer.status in (CallStatus.TIMED_OUT, CallStatus.NOT_RUN)
    message, help_text = _why(function, answer)
    return CallFailed(
        function,
        verdict=(Verdict.TIMED_OUT if late else Verdict.ERRORED).name,
        status=answer.status,
        message=message,
        help=help_text,
        detail=answer.error,
    )


def _why(function: str, answer: Answer) -> tuple[str, str]:
    match answer.status:
        case CallStatus.MISSING:
            return (
                f"{function} was not found in the notebook",
                f"Define {function} at the top level of a code cell, and check that the cell runs without an error.",
            )
        case CallStatus.TIMED_OUT if answer.error == SLEPT:
            return f"{function} slept and did not answer", "Do not sleep, and wait for nothing: no input, no network."
        case CallStatus.TIMED_OUT:
            return (
                f"{function} did not answer within its limit of CPU time",
                "Stop after a fixed number of steps, and look for a loop whose condition never becomes false.",
            )
        case CallStatus.RAISED:
            return f"{function} raised {answer.error}", "Make the same call in the notebook and read the traceback."
        case CallStatus.DIED:
            return (
                f"the process ended while {function} ran ({answer.error})",
                "Do not leave the interpreter in a function, and keep memory within the limit.",
            )
        case CallStatus.VIOLATION:
            return (
                f"what came back from {function} broke the grader's protocol ({answer.error})",
                "Return tensors and plain numbers, and leave file descriptors and threads alone.",
            )
        case _:
            return (
                f"{function} was not asked, since what a submission may use of time and of lost calls is used up",
                "Mend the calls or cells that ran out of time or ended the process first.",
            )
