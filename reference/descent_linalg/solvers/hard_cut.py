"""The pseudo-inverse above a cut, by matrix products only: Newton-Schulz with reprojection."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.checks import check_fraction
from descent_linalg.errors import OptionError
from descent_linalg.loop import CONVERGED, GO_ON, MAX_STEPS_REACHED, State
from descent_linalg.problem import Form, InverseProblem

FIXED_POINT = (3 - math.sqrt(5)) / 2
"""Where the double step ``t -> (2t - t^2)^2`` neither grows nor shrinks an eigenvalue t of A X; above it t goes to 1,
below it to 0."""

SMALLEST_RCOND = {torch.float32: 1e-4, torch.float64: 1e-8}
"""Eigenvalues of A X are squares of singular values, so a cut below about sqrt(eps) drowns in rounding."""

STILL = 1e-3
"""A last step that changes X by more than this share has met a singular value on the cut itself."""

DOUBLE_STEPS = 60
"""A relative gap g around the cut needs about 5 + ln(1/g) / 0.42 double steps: 38 for 1e-6."""


@dataclass
class HardCutState(State):
    """The iterate and the number of updates so far."""

    number: int


@dataclass(frozen=True)
class HardCut:
    """Newton-Schulz from a start that brings ``rcond * sigma_max`` exactly to the fixed point of a double step.

    The double step is ``X <- X + X (I - A X)`` and then the reprojection ``X <- X A X``, which keeps the null space
    clean: without it, rounding errors there double with every step. What is above the cut goes to its inverse, what is
    below to zero. Needs the largest singular value, found by squaring A'A.

    Args:
        rcond: Relative cut. None means the smallest one that is safe: 1e-8 in float64, 1e-4 in float32.
    """

    rcond: float | None = None

    def __post_init__(self) -> None:
        check_fraction("rcond", self.rcond)

    @property
    def scale_free(self) -> bool:
        """Always: the start scales with A."""
        return True

    def init(self, problem: InverseProblem, start: Tensor | None) -> HardCutState:
        """Return the state at the one start from which the cut falls where it should."""
        if start is not None or problem.form is not Form.AX:
            raise OptionError("start", "given", "the hard cut has its own start, and descends on A X - I")
        rcond = self._rcond(problem.A.dtype)
        first, _ = first_eigenvalue(rcond)
        cut = rcond * largest_singular_value(problem.A)
        X = torch.where(cut > 0, first / torch.where(cut > 0, cut, 1.0).square(), 0.0) * problem.A.mT
        return HardCutState(X, problem.residuals(X), 0)

    def step(self, problem: InverseProblem, state: HardCutState) -> HardCutState:
        """Return the state after one plain step, or one double step once the cut has reached the fixed point."""
        _, plain_steps = first_eigenvalue(self._rcond(problem.A.dtype))
        X = state.X - state.X @ state.residuals[0]
        verdicts = torch.full(X.shape[:-2], GO_ON, device=X.device)
        if state.number >= plain_steps:
            X = X @ (problem.A @ X)
        if state.number >= plain_steps + DOUBLE_STEPS:
            change = (X - state.X).flatten(-2).norm(dim=-1)
            still = change <= STILL * state.X.flatten(-2).norm(dim=-1)
            verdicts = torch.where(still, CONVERGED, MAX_STEPS_REACHED)
        return HardCutState(X, problem.residuals(X), state.number + 1, verdicts=verdicts)

    def _rcond(self, dtype: torch.dtype) -> float:
        smallest = SMALLEST_RCOND[dtype]
        if self.rcond is None:
            return smallest
        if self.rcond < smallest:
            raise OptionError("rcond", self.rcond, f"products alone resolve {smallest} in {dtype}; use Jacobi below")
        return self.rcond


def first_eigenvalue(rcond: float) -> tuple[float, int]:
    """Return where the cut starts, at most ``rcond^2``, and the number of plain steps that end at the fixed point.

    A plain step maps t to ``2t - t^2``; its inverse is ``t / (1 + sqrt(1 - t))``.
    """
    t, steps = FIXED_POINT, 0
    while t > rcond**2:
        t, steps = t / (1 + math.sqrt(1 - t)), steps + 1
    return t, steps


def largest_singular_value(A: Float[Tensor, "*batch m n"]) -> Float[Tensor, "*batch 1 1"]:
    """Return the largest singular value of each matrix, by the power method on ``A A'``, squared 20 times."""
    power = A @ A.mT
    for _ in range(20):
        size = power.abs().amax(dim=(-2, -1), keepdim=True)
        power = power / torch.where(size > 0, size, 1.0)
        power = power @ power
    column = power.square().sum(dim=-2, keepdim=True).argmax(dim=-1, keepdim=True)
    v = power.gather(-1, column.expand(*power.shape[:-1], 1))
    norm = v.square().sum(dim=-2, keepdim=True).sqrt()
    v = v / torch.where(norm > 0, norm, 1.0)
    return (A.mT @ v).square().sum(dim=-2, keepdim=True).sqrt()
