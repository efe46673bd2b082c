"""Heavy ball: gradient descent with momentum, the algorithm of the assignment."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.checks import check_fraction, check_positive
from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem
from descent_linalg.spectrum import singular_value_range


@dataclass
class HeavyBallState(State):
    """The iterate, its velocity, and the two parameters, of each matrix."""

    velocity: Tensor
    learning_rate: Tensor | float
    momentum: Tensor | float


@dataclass(frozen=True)
class HeavyBall:
    """``v <- momentum v + gradient``, ``X <- X - learning_rate v``.

    A gradient that is multiplied by the momentum instead of being zeroed is this velocity, so with a given
    ``learning_rate``, ``momentum`` and start this is the published algorithm. Stable below
    ``2 (1 + momentum) / (c sigma_max^2)``; the loss may rise on its way down.

    Args:
        learning_rate: Factor of the velocity. None means the optimal one, ``4 / (c (sigma_max + sigma_min)^2)``,
            where ``c = 2 / size`` turns a mean into a sum; if ``momentum`` is given, the largest step that is stable
            and damps every direction alike, ``(1 + sqrt(momentum))^2 / (c sigma_max^2)``.
        momentum: Share of the velocity that is kept, of [0, 1). None means the optimal one, ``((k-1)/(k+1))^2`` for
            condition number k.

    Source: B. Polyak, Some methods of speeding up the convergence of iteration methods (1964).
    """

    learning_rate: float | None = None
    momentum: float | None = None

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        check_fraction("momentum", self.momentum)

    @property
    def scale_free(self) -> bool:
        """Whether the rate is computed, so that scaling A changes nothing."""
        return self.learning_rate is None

    def init(self, problem: InverseProblem, start: Tensor | None) -> HeavyBallState:
        """Return the state at rest at ``start``; without one, at zero."""
        X = torch.zeros_like(problem.A.mT) if start is None else start
        learning_rate, momentum = self._parameters(problem)
        return HeavyBallState(X, problem.residuals(X), torch.zeros_like(X), learning_rate, momentum)

    def step(self, problem: InverseProblem, state: HeavyBallState) -> HeavyBallState:
        """Return the state after one push by the gradient."""
        velocity = state.momentum * state.velocity + problem.gradient(state.residuals)
        X = state.X - state.learning_rate * velocity
        return HeavyBallState(X, problem.residuals(X), velocity, state.learning_rate, state.momentum)

    def _parameters(self, problem: InverseProblem) -> tuple[Tensor | float, Tensor | float]:
        if self.learning_rate is not None and self.momentum is not None:
            return self.learning_rate, self.momentum
        largest, smallest = singular_value_range(problem.A)
        scale = problem.curvature_scale
        if self.momentum is not None:
            return (1 + self.momentum**0.5) ** 2 / (scale * largest.square()), self.momentum
        momentum = ((largest - smallest) / (largest + smallest)).square()
        return self.learning_rate or 4 / (scale * (largest + smallest).square()), momentum
