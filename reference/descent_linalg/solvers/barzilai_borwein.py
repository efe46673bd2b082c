"""Barzilai-Borwein: the gradient, with a step length read off the last step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem, inner, safe_ratio
from descent_linalg.solvers.line_search import best_length


@dataclass
class BarzilaiBorweinState(State):
    """The iterate, its gradient and the length of the next step."""

    gradient: Tensor
    length: Tensor


@dataclass(frozen=True)
class BarzilaiBorwein:
    """``X - a G`` with ``a = <D, D> / <D, H>`` for the last step D and the last change H of the gradient.

    Needs nothing and stores one gradient. The loss is not monotone, yet in practice it needs about as many steps as
    the best momentum.

    Source: J. Barzilai and J. Borwein, Two-point step size gradient methods (1988).
    """

    @property
    def scale_free(self) -> bool:
        """Always: the step length scales with A."""
        return True

    def init(self, problem: InverseProblem, start: Tensor | None) -> BarzilaiBorweinState:
        """Return the state at ``start``, without one at zero; the first step is an exact line search."""
        X = torch.zeros_like(problem.A.mT) if start is None else start
        residuals = problem.residuals(X)
        G = problem.gradient(residuals)
        return BarzilaiBorweinState(X, residuals, G, best_length(problem, G))

    def step(self, problem: InverseProblem, state: BarzilaiBorweinState) -> BarzilaiBorweinState:
        """Return the state after one step, with the length for the next."""
        X = state.X - state.length * state.gradient
        residuals = problem.residuals(X)
        G = problem.gradient(residuals)
        D, H = X - state.X, G - state.gradient
        slope = inner(D, H)
        # Where rounding left no positive curvature, the last length is kept.
        length = torch.where(slope > 0, safe_ratio(inner(D, D), slope), state.length)
        return BarzilaiBorweinState(X, residuals, G, length)
