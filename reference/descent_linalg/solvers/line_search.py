"""Steepest descent: the gradient's direction, and exactly the best step along it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem, inner, safe_ratio


@dataclass(frozen=True)
class SteepestDescent:
    """``X - a G`` with ``a = <G, G> / <G, H G>``, the minimum along the gradient G.

    Needs nothing, and the loss never rises; the number of steps grows with the square of the condition number, since
    each step undoes part of what the one before did.

    Source: A. Cauchy (1847); J. Nocedal and S. Wright, Numerical Optimization (2006), section 3.3.
    """

    @property
    def scale_free(self) -> bool:
        """Always: the step length scales with A."""
        return True

    def init(self, problem: InverseProblem, start: Tensor | None) -> State:
        """Return the state at ``start``; without one, at zero."""
        X = torch.zeros_like(problem.A.mT) if start is None else start
        return State(X, problem.residuals(X))

    def step(self, problem: InverseProblem, state: State) -> State:
        """Return the state at the lowest point along the gradient."""
        G = problem.gradient(state.residuals)
        X = state.X - best_length(problem, G) * G
        return State(X, problem.residuals(X))


def best_length(problem: InverseProblem, G: Tensor) -> Tensor:
    """Return, per matrix, the step against the gradient ``G`` that lowers the loss most, shape ``(*batch, 1, 1)``."""
    return safe_ratio(inner(G, G), problem.curvature(G)[..., None, None])
