"""Nesterov's accelerated gradient with adaptive restart."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem, inner
from descent_linalg.spectrum import singular_value_range


@dataclass
class NesterovState(State):
    """The iterate and its predecessor with their residuals, the age of the momentum, and the step length."""

    X_before: Tensor
    residuals_before: tuple[Tensor, ...]
    age: Tensor
    length: Tensor


@dataclass(frozen=True)
class Nesterov:
    """A gradient step from a point ahead, ``Y = X + b (X - X_before)``; the momentum is dropped when it leads uphill.

    Needs the largest singular value only; its steps grow with the condition number, like heavy ball's, and the loss
    hardly rises.

    Source: Y. Nesterov (1983); B. O'Donoghue and E. Candes, Adaptive restart for accelerated gradient schemes (2015).
    """

    @property
    def scale_free(self) -> bool:
        """Always: the step length is computed."""
        return True

    def init(self, problem: InverseProblem, start: Tensor | None) -> NesterovState:
        """Return the state at rest at ``start``; without one, at zero."""
        X = torch.zeros_like(problem.A.mT) if start is None else start
        residuals = problem.residuals(X)
        largest, _ = singular_value_range(problem.A)
        length = 1 / (problem.curvature_scale * largest.square())
        return NesterovState(X, residuals, X, residuals, torch.ones_like(length), length)

    def step(self, problem: InverseProblem, state: NesterovState) -> NesterovState:
        """Return the state after one step from the point ahead."""
        age = (1 + (1 + 4 * state.age.square()).sqrt()) / 2
        ahead = (state.age - 1) / age
        # The residual is affine in X, so that of the point ahead needs no product.
        pairs = zip(state.residuals, state.residuals_before, strict=True)
        G = problem.gradient(tuple(now + ahead * (now - before) for now, before in pairs))
        X = state.X + ahead * (state.X - state.X_before) - state.length * G
        age = torch.where(inner(G, X - state.X) > 0, 1.0, age)
        return NesterovState(X, problem.residuals(X), state.X, state.residuals, age, state.length)
