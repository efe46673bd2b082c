"""Correct solutions in many styles: each must pass every property that it can be asked.

Every style has two halves: what it does when learning_rate, momentum and start are given (heavy ball, written in
one of several ways) and what it does when it may choose (any descent). Nothing is shared with the judge's numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .balls import (
    HeavyBall,
    Losses,
    backward,
    ball_with_last_loss,
    difference_ball,
    explicit_ball,
    frobenius_rate,
    grad_ball,
    mean_loss,
    norm_rate,
    one_sided_rate,
    power_rate,
    published_ball,
    settling_ball,
    sgd_ball,
    sums_rate,
)

Free = Callable[[Tensor, int], tuple[Tensor, Losses]]

ENOUGH = 800
"""Steps that the dearest styles stop at: with momentum 0.9 they have long arrived, and the tests are quicker."""

# -------------------------------------------------------------------------- free descents, given M and the steps


def from_random(ball: HeavyBall, rate_of: Callable[..., Any], momentum: float = 0.9) -> Free:
    def free(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
        most = min(steps, ENOUGH) if ball is not explicit_ball else steps
        return ball(M, torch.rand(M.shape, dtype=M.dtype), float(rate_of(M, momentum)), momentum, most)

    return free


def scaled_first(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    size = M.abs().max()
    X, losses = explicit_ball(M / size, torch.zeros_like(M), sums_rate(M / size), 0.9, steps)
    return X / size, losses


def float64_inside(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    wide = M.double()
    X, losses = explicit_ball(wide, wide.T / wide.norm() ** 2, frobenius_rate(wide, 0.9), 0.9, steps)
    return X.to(M.dtype), losses


def left_descent(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    X, losses = from_random(explicit_ball, sums_rate)(M.T.contiguous(), steps)
    return X.T, losses


def two_sided(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    eye, rate, X = torch.eye(len(M), dtype=M.dtype), sums_rate(M) / 2, torch.zeros_like(M)
    V, losses = torch.zeros_like(M), []
    for _ in range(steps):
        left, right = X @ M - eye, M @ X - eye
        losses.append(((left**2).mean() + (right**2).mean()).item())
        V = 0.9 * V + 2 / M.numel() * (left @ M.T + M.T @ right)
        X = X - rate * V
    return X, losses


def columns(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    found, rate = [], 1.0 / (M.abs().sum(0).max() * M.abs().sum(1).max())
    for target in torch.eye(len(M), dtype=M.dtype):
        x, v = torch.zeros(len(M), dtype=M.dtype), torch.zeros(len(M), dtype=M.dtype)
        for _ in range(steps):
            v = 0.9 * v + M.T @ (M @ x - target)
            x = x - rate * v
        found.append(x)
    X = torch.stack(found, dim=1)
    return X, [mean_loss(X, M).item()]


def _optimised(make: Callable[[torch.nn.Parameter], torch.optim.Optimizer], decay: float) -> Free:
    def free(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
        size = M.norm() / len(M) ** 0.5
        parameter, losses = torch.nn.Parameter(torch.zeros_like(M)), []
        optimizer = make(parameter)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, decay)
        for _ in range(steps):
            optimizer.zero_grad()
            loss = mean_loss(parameter, M / size)
            backward(loss)
            losses.append(loss.item())
            optimizer.step()
            scheduler.step()
        return parameter.detach() / size, losses

    return free


adam = _optimised(lambda X: torch.optim.Adam([X], lr=0.05), 0.997)
adamw = _optimised(lambda X: torch.optim.AdamW([X], lr=0.05, weight_decay=0.0), 0.997)
rmsprop = _optimised(lambda X: torch.optim.RMSprop([X], lr=0.02), 0.995)


def lbfgs(inner: int) -> Free:
    def free(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
        size = M.norm()
        parameter, losses = torch.nn.Parameter(torch.zeros_like(M)), []
        search = "strong_wolfe" if inner > 1 else None
        optimizer = torch.optim.LBFGS([parameter], max_iter=inner, history_size=20, line_search_fn=search)

        def closure() -> float:
            optimizer.zero_grad()
            loss = ((parameter @ (M / size) - torch.eye(len(M), dtype=M.dtype)) ** 2).sum()
            backward(loss)
            value: float = loss.item()
            return value

        for _ in range(min(steps, 500)):
            losses.append(float(optimizer.step(closure)))
        return torch.nn.Parameter(parameter.detach() / size), losses

    return free


def line_search(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    X, losses, eye = torch.zeros_like(M), [], torch.eye(len(M), dtype=M.dtype)
    for _ in range(steps):
        R = X @ M - eye
        losses.append((R**2).mean().item())
        G = R @ M.T
        downhill = ((G @ M) ** 2).sum()
        if downhill == 0:
            break
        X = X - (G**2).sum() / downhill * G
    return X, losses


def armijo(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    X, losses, eye = torch.zeros_like(M), [], torch.eye(len(M), dtype=M.dtype)
    rate = 4.0 / (M**2).sum()
    for _ in range(steps):
        R = X @ M - eye
        now, G = (R**2).sum(), R @ M.T
        losses.append(now.item() / M.numel())
        if losses[-1] < 1e-12:
            break
        for halving in range(10):
            trial = X - rate * 0.5**halving * G
            if ((trial @ M - eye) ** 2).sum() <= now - 0.5 * rate * 0.5**halving * (G**2).sum():
                X = trial
                break
    return X, losses


def barzilai_borwein(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    eye, losses = torch.eye(len(M), dtype=M.dtype), []
    X, rate = torch.zeros_like(M), 1.0 / (M**2).sum()
    G = (X @ M - eye) @ M.T
    for _ in range(steps):
        losses.append(mean_loss(X, M).item())
        X_new = X - rate * G
        G_new = (X_new @ M - eye) @ M.T
        D, H = X_new - X, G_new - G
        if (D * H).sum() > 0:
            rate = (D * D).sum() / (D * H).sum()
        X, G = X_new, G_new
        if losses[-1] < 1e-12:
            break
    return X, losses


def conjugate_gradients(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    X, losses = torch.zeros_like(M), []
    R = torch.eye(len(M), dtype=M.dtype) - M @ X
    S = M.T @ R
    P = S.clone()
    for _ in range(steps):
        losses.append((R**2).mean().item())
        if losses[-1] < 1e-13:
            break
        size, Q = (S**2).sum(0), M @ P
        length = size / (Q**2).sum(0).clamp_min(1e-30)  # a column that has arrived stays where it is
        X, R = X + length * P, R - length * Q
        S = M.T @ R
        P = S + (S**2).sum(0) / size.clamp_min(1e-30) * P
    return X, losses


def newton_schulz(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    X = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max())
    losses, eye = [], torch.eye(len(M), dtype=M.dtype)
    for _ in range(min(steps, 60)):
        losses.append(mean_loss(X, M).item())
        X = X + X @ (eye - M @ X)
    return X, losses


def nesterov(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    slope, rate = torch.func.grad(mean_loss), sums_rate(M)
    X = before = torch.zeros_like(M)
    losses = []
    for step in range(min(steps, ENOUGH)):
        losses.append(mean_loss(X, M).item())
        Y = X + min(step / (step + 3), 0.9) * (X - before)
        X, before = Y - rate * slope(Y, M), X
    return X, losses


def restarts(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    X, losses = torch.zeros_like(M), []
    for start in range(0, steps, 200):
        X, more = explicit_ball(M, X, sums_rate(M), 0.9, min(200, steps - start))
        losses += more
    return X, losses


def module(M: Tensor, steps: int) -> tuple[Tensor, Losses]:
    class Guess(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.X = torch.nn.Parameter(0.01 * torch.randn(M.shape, dtype=M.dtype) / M.norm())

        def forward(self) -> Tensor:
            return self.X @ M

    guess, losses = Guess(), []
    optimizer = torch.optim.SGD(guess.parameters(), lr=sums_rate(M), momentum=0.9, nesterov=True)
    for _ in range(min(steps, ENOUGH)):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(guess(), torch.eye(len(M), dtype=M.dtype))
        backward(loss)
        optimizer.step()
        losses.append(loss.item())
    return guess.X, losses


# ----------------------------------------------------------------------------------------------- whole solutions


class Result(NamedTuple):
    inverse: Tensor
    losses: Tensor
    steps: int


Wrap = Callable[[Tensor, Losses], object]


def solution(ball: HeavyBall, free: Free, wrap: Wrap = lambda X, losses: (X, losses)) -> Callable[..., object]:
    """Return a calculate_inverse: `ball` where its numbers are given, `free` where M stands alone."""

    def calculate_inverse(
        M: Tensor,
        learning_rate: float | None = None,
        momentum: float = 0.9,
        steps: int = 2000,
        start: Tensor | None = None,
    ) -> object:
        if learning_rate is None and start is None:
            return wrap(*free(M, steps))
        first = torch.rand(M.shape, dtype=M.dtype) if start is None else start
        return wrap(*ball(M, first, learning_rate or sums_rate(M), momentum, steps))

    return calculate_inverse


def published(M: Tensor, learning_rate: float | None = None, momentum: float = 0.9) -> tuple[Tensor, Losses]:
    """The published signature, with a stable rate and M's dtype: what it lacks parameters for is skipped."""
    start = torch.rand(M.shape, dtype=M.dtype)
    return published_ball(M, start, learning_rate or sums_rate(M), momentum, 1500)


STYLES: dict[str, tuple[Callable[..., object], Callable[..., object]]] = {
    "explicit gradient": (solution(explicit_ball, from_random(explicit_ball, sums_rate)), sums_rate),
    "published, accumulating": (solution(published_ball, from_random(published_ball, sums_rate)), frobenius_rate),
    "published signature": (published, sums_rate),
    "torch.optim.SGD": (solution(sgd_ball, from_random(sgd_ball, norm_rate)), norm_rate),
    "torch.autograd.grad": (solution(grad_ball, from_random(grad_ball, frobenius_rate)), frobenius_rate),
    "torch.func, difference form": (solution(difference_ball, from_random(difference_ball, power_rate)), power_rate),
    "plain descent, crude rate": (solution(explicit_ball, from_random(explicit_ball, sums_rate, 0.0)), one_sided_rate),
    "early stop": (solution(settling_ball, from_random(settling_ball, sums_rate)), sums_rate),
    "one loss more": (solution(ball_with_last_loss, from_random(ball_with_last_loss, sums_rate)), sums_rate),
    "scaled first": (solution(explicit_ball, scaled_first), sums_rate),
    "float64 inside": (solution(explicit_ball, float64_inside), frobenius_rate),
    "left residual, transposed view": (solution(explicit_ball, left_descent), norm_rate),
    "two-sided loss": (solution(published_ball, two_sided), sums_rate),
    "column by column": (solution(explicit_ball, columns), power_rate),
    "Adam": (solution(sgd_ball, adam), sums_rate),
    "AdamW": (solution(sgd_ball, adamw), sums_rate),
    "RMSprop": (solution(sgd_ball, rmsprop), sums_rate),
    "LBFGS": (solution(sgd_ball, lbfgs(1)), sums_rate),
    "LBFGS, 20 inner": (solution(sgd_ball, lbfgs(20)), sums_rate),
    "exact line search": (solution(explicit_ball, line_search), norm_rate),
    "Armijo": (solution(explicit_ball, armijo), norm_rate),
    "Barzilai-Borwein": (solution(grad_ball, barzilai_borwein), sums_rate),
    "conjugate gradients": (solution(explicit_ball, conjugate_gradients), sums_rate),
    "Newton-Schulz": (solution(explicit_ball, newton_schulz), sums_rate),
    "Nesterov": (solution(difference_ball, nesterov), sums_rate),
    "warm restarts": (solution(explicit_ball, restarts), sums_rate),
    "nn.Module": (solution(sgd_ball, module), sums_rate),
    "named tuple, losses as a tensor": (
        solution(
            explicit_ball,
            from_random(explicit_ball, sums_rate),
            lambda X, losses: Result(X, torch.tensor(losses, dtype=torch.float64), len(losses)),
        ),
        sums_rate,
    ),
    "losses as 0-d tensors": (
        solution(
            explicit_ball,
            from_random(explicit_ball, sums_rate),
            lambda X, losses: (X.mT.contiguous().mT, [torch.tensor(loss, dtype=torch.float64) for loss in losses]),
        ),
        sums_rate,
    ),
}
