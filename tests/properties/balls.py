"""Learning rates and heavy ball in several styles, as students write them: the parts of the honest solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Losses = list[float]
HeavyBall = Callable[[Tensor, Tensor, float, float, int], tuple[Tensor, Losses]]


def mean_loss(X: Tensor, M: Tensor) -> Tensor:
    return torch.nn.functional.mse_loss(X @ M, torch.eye(len(M), dtype=M.dtype))


def backward(loss: Tensor) -> None:
    loss.backward()


# ------------------------------------------------------------------------------------------------- rates


def sums_rate(M: Tensor, momentum: float = 0.9) -> float:
    return len(M) ** 2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def frobenius_rate(M: Tensor, momentum: float) -> float:
    return float(0.9 * len(M) ** 2 * (1 + momentum) / (M**2).sum())


def norm_rate(M: Tensor, momentum: float) -> Tensor:
    largest: Tensor = torch.linalg.matrix_norm(M, 2)
    return 0.5 * (1 + momentum) * len(M) ** 2 / largest**2


def power_rate(A: Tensor, momentum: float) -> float:
    v = torch.ones(len(A), 1, dtype=A.dtype) + 0.1 * torch.arange(len(A), dtype=A.dtype)[:, None]
    for _ in range(100):
        v = A.mT @ (A @ v)
        v = v / v.norm()
    return 0.8 * len(A) ** 2 / float((A @ v).norm() ** 2)


def one_sided_rate(M: Tensor, momentum: float) -> float:
    return len(M) ** 2 / float(2 * M.abs().sum() ** 2) if len(M) < 4 else sums_rate(M)


# ---------------------------------------------------------------------------- heavy ball, given all its numbers


def explicit_ball(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, V, losses = X.clone(), torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ M - torch.eye(len(M), dtype=M.dtype)
        losses.append((R**2).mean().item())
        V = momentum * V + 2 / R.numel() * R @ M.T
        X -= rate * V
    return X, losses


def published_ball(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, losses = X.clone().requires_grad_(True), []
    for _ in range(steps):
        loss = mean_loss(X, M)
        losses.append(loss.item())
        backward(loss)
        with torch.no_grad():
            assert X.grad is not None
            X -= rate * X.grad
            X.grad *= momentum
    return X.detach(), losses


def sgd_ball(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    parameter = torch.nn.Parameter(X.clone())
    optimizer = torch.optim.SGD([parameter], lr=rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(parameter @ M, torch.eye(len(M), dtype=M.dtype))
        backward(loss)
        losses.append(loss.item())
        optimizer.step()
    return parameter, losses


def grad_ball(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, velocity, losses = X.clone(), torch.zeros_like(X), []
    for _ in range(steps):
        X.requires_grad_(True)
        loss = mean_loss(X, M)
        (slope,) = torch.autograd.grad(loss, X)
        losses.append(loss.item())
        velocity = momentum * velocity - rate * slope
        X = (X + velocity).detach()
    return X, losses


def difference_ball(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    slope = torch.func.grad_and_value(mean_loss)
    before, losses = X, []
    for _ in range(steps):
        gradient, loss = slope(X, M)
        losses.append(float(loss))
        X, before = X - rate * gradient + momentum * (X - before), X
    return X, losses


def settling_ball(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, V, losses = X.clone(), torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ M - torch.eye(len(M), dtype=M.dtype)
        losses.append((R * R).mean().item())
        if len(M) * losses[-1] < 1e-12:  # |X M - I| / |I| < 1e-6
            break
        V = momentum * V + 2 / len(M) ** 2 * R @ M.T
        X = X - rate * V
    return X, losses


def ball_with_last_loss(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, losses = explicit_ball(M, X, rate, momentum, steps)
    return X, [*losses, mean_loss(X, M).item()]
