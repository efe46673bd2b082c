"""Gradient descent with one fixed step length."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.checks import check_positive
from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem
from descent_linalg.spectrum import singular_value_range


@dataclass
class GradientState(State):
    """The iterate and the step length of each matrix."""

    learning_rate: Tensor | float


@dataclass(frozen=True)
class GradientDescent:
    """``X - learning_rate * gradient``, always the same step length.

    Guarantees a falling loss below the stability limit ``2 / (c sigma_max^2)``; its steps grow with the square of the
    condition number.

    Args:
        learning_rate: Factor of the gradient of the mean square. None means the optimal one,
            ``2 / (c (sigma_max^2 + sigma_min^2))``, where ``c = 2 / size`` turns a mean into a sum.

    Source: B. Polyak, Introduction to Optimization (1987), section 1.4.
    """

    learning_rate: float | None = None

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)

    @property
    def scale_free(self) -> bool:
        """Whether the rate is computed, so that scaling A changes nothing."""
        return self.learning_rate is None

    def init(self, problem: InverseProblem, start: Tensor | None) -> GradientState:
        """Return the state at ``start``; without one, at zero."""
        X = torch.zeros_like(problem.A.mT) if start is None else start
        return GradientState(X, problem.residuals(X), self.learning_rate or optimal_rate(problem))

    def step(self, problem: InverseProblem, state: GradientState) -> GradientState:
        """Return the state one step down the gradient."""
        X = state.X - state.learning_rate * problem.gradient(state.residuals)
        return GradientState(X, problem.residuals(X), state.learning_rate)


def optimal_rate(problem: InverseProblem) -> Tensor:
    """Return, per matrix, the fixed rate that shrinks the slowest direction fastest, shape ``(*batch, 1, 1)``."""
    largest, smallest = singular_value_range(problem.A)
    return 2 / (problem.curvature_scale * (largest.square() + smallest.square()))
