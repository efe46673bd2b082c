# wheat: a dataclass holds the state, type hints throughout
from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class HeavyBall:
    matrix: Tensor
    guess: Tensor
    rate: float
    momentum: float
    velocity: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.velocity = torch.zeros_like(self.guess)

    def residual(self) -> Tensor:
        return self.guess @ self.matrix - torch.eye(self.matrix.shape[0], dtype=self.matrix.dtype)

    def step(self) -> float:
        residual = self.residual()
        self.velocity = self.momentum * self.velocity + 2 / self.matrix.numel() * residual @ self.matrix.T
        self.guess = self.guess - self.rate * self.velocity
        return float(residual.square().mean())


def safe_learning_rate(M: Tensor, momentum: float = 0.9) -> float:
    return M.numel() / (2 * float(M.abs().sum(0).max()) * float(M.abs().sum(1).max()))


def calculate_inverse(
    M: Tensor,
    learning_rate: float | None = None,
    momentum: float = 0.9,
    steps: int = 2000,
    start: Tensor | None = None,
) -> tuple[Tensor, list[float]]:
    guess = torch.rand(M.shape, dtype=M.dtype) if start is None else start.clone()
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    ball = HeavyBall(M, guess, rate, momentum)
    losses = [ball.step() for _ in range(steps)]
    return ball.guess, losses
