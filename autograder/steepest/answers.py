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


@dataclass(frozen=True)
class NumbersItem:
    """A returned list or tuple of plain numbers, such as ``losses``; a lone number is a list of one."""

    values: tuple[float, ...]
    lone: bool = False


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
