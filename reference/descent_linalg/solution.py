"""What a descent hands back: a value, how it ended, and what happened on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from jaxtyping import Float
from torch import Tensor

from descent_linalg.errors import DescentFailedError

ValueT = TypeVar("ValueT", covariant=True)

Progress = Callable[[int, float], None]
"""Called as ``progress(step, loss)`` before every update, with the largest loss of a batch."""


class Outcome(Enum):
    """How a descent ended. Each member carries its ``meaning`` and ``advice``; a batch has its worst member's."""

    CONVERGED = (
        "The residual is as small as the tolerance asked, or as rounding allows.",
        "Nothing to do.",
    )
    MAX_STEPS_REACHED = (
        "The step budget ran out before the tolerance was reached.",
        "Raise max_steps, or take a method whose count grows more slowly with the condition number: NewtonSchulz.",
    )
    SINGULAR = (
        "The loss rests at a positive floor: (a) the matrix is singular, (b) so nearly singular that this dtype cannot "
        "tell, or (c) the method moves too slowly to be seen.",
        "For (a) use pinverse with its default method, which takes every matrix; for (b) take float64; for (c) take "
        "NewtonSchulz.",
    )
    DIVERGED = (
        "The loss grew without bound.",
        "Lower learning_rate: it is stable below 2 (1 + momentum) / sigma_max^2, or leave it at None.",
    )
    NONFINITE = (
        "The loss became NaN or infinite: (a) learning_rate is too large, or (b) the entries are too large for this "
        "dtype.",
        "For (a) lower learning_rate or leave it at None; for (b) divide A by its largest entry.",
    )

    def __init__(self, meaning: str, advice: str) -> None:
        self.meaning = meaning
        self.advice = advice


class SVD(NamedTuple):
    """The factors of ``A = U diag(S) Vh``, as in `torch.linalg.svd`; S is descending and not negative."""

    U: Float[Tensor, "*batch m k"]
    S: Float[Tensor, "*batch r"]
    Vh: Float[Tensor, "*batch l n"]


@dataclass(frozen=True)
class Solution(Generic[ValueT]):
    """The result of every entry function.

    Attributes:
        value: The inverse, pseudo-inverse or `SVD`; differentiable where the entry function says so.
        outcome: How the descent ended; of a batch, the worst.
        steps: The number of updates made.
        losses: Loss before each update and, last, the loss of ``value``: shape ``(steps + 1, *batch)``. For the
            inverses it is the mean square of the residual's entries, for an SVD what its method descends on.
    """

    value: ValueT
    outcome: Outcome
    steps: int
    losses: Float[Tensor, "steps *batch"]

    def require(self) -> ValueT:
        """Return ``value`` if the descent converged.

        Raises:
            DescentFailedError: It did not; the text says how it ended and what to try.
        """
        if self.outcome is not Outcome.CONVERGED:
            raise DescentFailedError(f"{self.outcome.meaning} Steps: {self.steps}. Try: {self.outcome.advice}")
        return self.value
