"""What a call of a student's function gave back, as plain data: the only thing of a submission that the judge sees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Argument = Array | float | int
Arguments = dict[str, Argument]


SLEPT = "it slept longer than it may"
"""The error of a call that timed out without computing."""


class CallStatus(Enum):
    """How a call ended, as the trusted side saw it."""

    RETURNED = "returned"
    RAISED = "raised"
    MISSING = "missing"
    TIMED_OUT = "timed_out"
    DIED = "died"
    VIOLATION = "violation"
    NOT_RUN = "not_run"


@dataclass(frozen=True)
class TensorItem:
    """A returned tensor. ``array`` is None when numpy has no such dtype (``bfloat16``)."""

    shape: tuple[int, ...]
    dtype: str
    array: npt.NDArray[np.generic] | None


@dataclass(frozen=True, eq=False)
class NumbersItem:
    """A returned list or tuple of plain numbers, such as ``losses``; a lone number is a list of one.

    ``values`` is a float64 vector of shape (n,), whatever it is made from: a million numbers take 8 MB and no more.
    """

    values: npt.NDArray[np.float64]
    lone: bool = False

    def __init__(self, values: npt.ArrayLike, lone: bool = False) -> None:
        object.__setattr__(self, "values", np.asarray(values, dtype=np.float64).reshape(-1))
        object.__setattr__(self, "lone", lone)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NumbersItem):
            return NotImplemented
        return self.lone == other.lone and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.values.tobytes(), self.lone))


@dataclass(frozen=True)
class OtherItem:
    """Something returned that is neither a tensor nor numbers, named by its type."""

    type_name: str


Item = TensorItem | NumbersItem | OtherItem


@dataclass(frozen=True)
class Answer:
    """The outcome of one call: its status, the returned items in order, and an error text that has been cleaned."""

    status: CallStatus
    items: tuple[Item, ...] = ()
    error: str = ""
    mutated: tuple[str, ...] = ()


class Caller(Protocol):
    """Anything that can ask a student's function: a sandboxed worker, or the student's own process."""

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the function's parameter names, ``**`` for any keyword; None when there is no such function."""
        ...

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Return the answer to ``function(**arguments)``; never raises for anything that the function does."""
        ...
