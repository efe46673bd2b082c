"""The algorithm as it was published: the loss by autograd, the gradient multiplied instead of zeroed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.checks import check_fraction, check_positive
from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem


@dataclass
class PublishedState(State):
    """The iterate, the parameter whose gradient accumulates, and the number of updates so far."""

    parameter: Tensor
    number: int


@dataclass(frozen=True)
class Published:
    """Plain autograd, line by line: backward, ``X -= learning_rate * X.grad``, ``X.grad *= momentum``.

    The gradient is never zeroed, so it accumulates into a velocity: this is `HeavyBall`, written as a beginner would.
    Published with ``Form.XA``, a random first guess, 10,000 steps whatever the loss, and both parameters at 0.9;
    stable below ``n sqrt((1 + momentum) / learning_rate)`` for the largest singular value.

    Args:
        learning_rate: Factor of the gradient of the mean square.
        momentum: Share of the accumulated gradient that is kept, of [0, 1).
        schedule: Makes a factor of the learning rate of the number of the update, counted from 0. None means 1.
    """

    learning_rate: float = 0.9
    momentum: float = 0.9
    schedule: Callable[[int], float] | None = None

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        check_fraction("momentum", self.momentum)

    @property
    def scale_free(self) -> bool:
        """Never: the learning rate has units."""
        return False

    def init(self, problem: InverseProblem, start: Tensor | None) -> PublishedState:
        """Return the state at ``start``; without one, at entries drawn uniformly from [0, 1)."""
        X = torch.rand_like(problem.A.mT) if start is None else start
        parameter = X.clone().requires_grad_()
        return PublishedState(X, problem.residuals(X), parameter, 0)

    def step(self, problem: InverseProblem, state: PublishedState) -> PublishedState:
        """Return the state after one update of the parameter."""
        X = state.parameter
        with torch.enable_grad():
            loss = problem.loss(problem.residuals(X)).sum()
            loss.backward()
        assert X.grad is not None
        with torch.no_grad():
            X -= self._rate(state.number) * X.grad
            X.grad *= self.momentum
        value = X.detach().clone()
        return PublishedState(value, problem.residuals(value), X, state.number + 1)

    def _rate(self, number: int) -> float:
        return self.learning_rate * (1.0 if self.schedule is None else self.schedule(number))
