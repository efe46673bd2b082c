"""Correct pseudo-inverses in many styles: each must pass every property that it can be asked.

A style is made of a descent ``(A, steps) -> X``, for one matrix or for batches, and of a way to cut singular values
off. Nothing is shared with the judge's numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

Descent = Callable[[Tensor, int], Tensor]
Function = Callable[..., Tensor]

ENOUGH = 2000
"""Updates that first-order styles make if they may choose."""

FIXED = (3 - 5**0.5) / 2
"""Where the double step neither grows nor shrinks."""


def eye_like(A: Tensor) -> Tensor:
    return torch.eye(A.shape[-2], dtype=A.dtype)


def safe(size: Tensor) -> Tensor:
    """Return a norm with zeros replaced by one."""
    return torch.where(size > 0, size, torch.ones_like(size))


def norm_bound(A: Tensor) -> Tensor:
    """Return a bound for the square of the largest singular value of each matrix, (*, 1, 1)."""
    columns, rows = A.abs().sum(-2, keepdim=True), A.abs().sum(-1, keepdim=True)
    return safe(columns.amax(dim=-1, keepdim=True) * rows.amax(dim=-2, keepdim=True))


# ---------------------------------------------------------------------------------------- descents, for batches


def right_descent(A: Tensor, steps: int) -> Tensor:
    X, rate = torch.zeros_like(A.mT), 1 / norm_bound(A)
    for _ in range(steps):
        X = X - rate * A.mT @ (A @ X - eye_like(A))
    return X


def left_descent(A: Tensor, steps: int) -> Tensor:
    return right_descent(A.mT.contiguous(), steps).mT


def rolling(momentum: float) -> Descent:
    def descent(A: Tensor, steps: int) -> Tensor:
        rate = 1 / A.square().sum((-2, -1), keepdim=True).clamp_min(1e-30)
        X, V = rate * A.mT, torch.zeros_like(A.mT)
        for _ in range(steps):
            V = momentum * V + A.mT @ (A @ X - eye_like(A))
            X = X - rate * V
        return X

    return descent


def by_shape(A: Tensor, steps: int) -> Tensor:
    return right_descent(A, steps) if A.shape[-1] >= A.shape[-2] else left_descent(A, steps)


def newton_schulz(A: Tensor, steps: int) -> Tensor:
    """Ben-Israel and Cohen, stopped when a step changes little: later the rounding of the null space grows."""
    X = A.mT / norm_bound(A)
    done = torch.zeros((*A.shape[:-2], 1, 1), dtype=torch.bool)
    for _ in range(min(steps, 60)):
        step = X - X @ A @ X
        X = torch.where(done, X, X + step)
        done = done | (step.abs().amax((-2, -1), keepdim=True) <= 1e-5 * X.abs().amax((-2, -1), keepdim=True))
    return X


def reprojected(A: Tensor, steps: int) -> Tensor:
    X = A.mT / norm_bound(A)
    for step in range(min(steps, 40)):
        X = 2 * X - X @ A @ X
        if step >= 12:
            X = X @ A @ X
    return X


def nesterov(A: Tensor, steps: int) -> Tensor:
    X = before = torch.zeros_like(A.mT)
    rate = 1 / norm_bound(A)
    for step in range(min(steps, 600)):
        Y = (X + min(step / (step + 3), 0.9) * (X - before)).requires_grad_()
        (slope,) = torch.autograd.grad((A @ Y - eye_like(A)).square().sum() / 2, Y)
        X, before = Y.detach() - rate * slope, X
    return X


def projected_random_start(A: Tensor, steps: int) -> Tensor:
    X, rate = A.mT @ torch.randn_like(A @ A.mT) / norm_bound(A), 1 / norm_bound(A)
    for _ in range(steps):
        X = X - rate * A.mT @ (A @ X - eye_like(A))
    return X


def fading_ridge(A: Tensor, steps: int) -> Tensor:
    X, bound = torch.zeros_like(A.mT), norm_bound(A)
    for step in range(steps):
        ridge = 0.1 * bound * 0.98**step
        X = X - (A.mT @ (A @ X - eye_like(A)) + ridge * X) / (1.1 * bound)
    return X


# ----------------------------------------------------------------------------------------- descents, one matrix


def line_search(A: Tensor, steps: int) -> Tensor:
    size = safe(A.abs().max())
    B, X = A / size, torch.zeros_like(A.mT)
    for _ in range(steps):
        G = B.mT @ (B @ X - eye_like(B))
        downhill = (B @ G).square().sum()
        if downhill < 1e-20:
            break
        X = X - G.square().sum() / downhill * G
    return X / size


def conjugate_gradients(A: Tensor, steps: int) -> Tensor:
    """CGLS on each column of the identity; a column that has arrived stays where it is."""
    X, R = torch.zeros_like(A.mT), eye_like(A)
    S = A.mT @ R
    P, first = S.clone(), S.square().sum(0)
    for _ in range(min(steps, 3 * min(A.shape))):
        size, Q = S.square().sum(0), A @ P
        alive = size > 1e-10 * first
        length = torch.where(alive, size / safe(Q.square().sum(0)), torch.zeros_like(size))
        X, R = X + length * P, R - length * Q
        S = A.mT @ R
        P = S + torch.where(alive, S.square().sum(0) / safe(size), torch.zeros_like(size)) * P
    return X


def barzilai_borwein(A: Tensor, steps: int) -> Tensor:
    X, rate = torch.zeros_like(A.mT), 1 / safe(A.square().sum())
    G = A.mT @ (A @ X - eye_like(A))
    first = G.norm()
    for _ in range(steps):
        if G.norm() <= 1e-6 * first:
            break
        X_new = X - rate * G
        G_new = A.mT @ (A @ X_new - eye_like(A))
        D, H = X_new - X, G_new - G
        if (D * H).sum() > 0:
            rate = (D * D).sum() / (D * H).sum()
        X, G = X_new, G_new
    return X


def lbfgs(inner: int) -> Descent:
    def descent(A: Tensor, steps: int) -> Tensor:
        size = safe(A.norm())
        X = torch.nn.Parameter(torch.zeros(A.shape[::-1], dtype=A.dtype))
        search = "strong_wolfe" if inner > 1 else None
        optimizer = torch.optim.LBFGS([X], max_iter=inner, history_size=20, line_search_fn=search)

        def closure() -> float:
            X.grad = None
            loss = (A / size @ X - eye_like(A)).square().sum()
            loss.backward()
            value: float = loss.item()
            return value

        for _ in range(min(steps, 60 if inner > 1 else 300)):
            optimizer.step(closure)
        return torch.nn.Parameter(X.detach() / size)

    return descent


def columns(A: Tensor, steps: int) -> Tensor:
    found: list[Tensor] = []
    rate = 1 / norm_bound(A)[0, 0]
    for target in eye_like(A):
        x, v = torch.zeros(A.shape[1], dtype=A.dtype), torch.zeros(A.shape[1], dtype=A.dtype)
        for _ in range(min(steps, 800)):
            v = 0.9 * v + A.mT @ (A @ x - target)
            x = x - rate * v
        found.append(x)
    return torch.stack(found, dim=1)


# -------------------------------------------------------------------------------------------- singular vectors


def triples(A: Tensor, rcond: float, steps: int = 300) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Return (u, s, v) of one matrix by ascent on |A v| and deflation, down to rcond times the largest s."""
    rest = A.double()
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    for _ in range(min(A.shape)):
        v = torch.randn(A.shape[1], dtype=torch.float64)
        for _ in range(steps):
            v = rest.mT @ (rest @ v)
            v = v / safe(v.norm())
        s = (rest @ v).norm()
        if s == 0 or (found and s <= rcond * found[0][1]):
            break
        u = rest @ v / s
        found.append((u, s, v))
        rest = rest - s * torch.outer(u, v)
    return found


def deflation(A: Tensor, rcond: float, steps: int) -> Tensor:
    X = torch.zeros(A.shape[::-1], dtype=torch.float64)
    for u, s, v in triples(A, rcond, min(steps, 300)):
        X = X + torch.outer(v, u) / s
    return X.to(A.dtype)


def without_small(A: Tensor, rcond: float) -> Tensor:
    """Return one matrix without the singular values up to rcond times the largest."""
    kept = torch.zeros(A.shape, dtype=torch.float64)
    for u, s, v in triples(A, rcond):
        kept = kept + s * torch.outer(u, v)
    return kept.to(A.dtype)


def each(function: Callable[..., Tensor], A: Tensor, *rest: float) -> Tensor:
    """Return the function of each matrix of a batch, in the shape that its leading dimensions ask for."""
    if A.ndim == 2:
        return function(A, *rest)
    found = [function(matrix, *rest) for matrix in A.reshape(-1, *A.shape[-2:])]
    if not found:
        return torch.zeros_like(A.mT)
    return torch.stack(found).reshape(*A.shape[:-2], *found[0].shape)


# ---------------------------------------------------------------------------------------------------- whole solutions


def with_cut(descent: Descent, *, loop: bool = True) -> Function:
    """Return a calculate_pinverse: singular values are cut off by deflation, then comes the descent."""

    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        if rcond is not None:
            A = each(without_small, A, rcond)
        count = ENOUGH if steps is None else steps
        return each(descent, A, count) if loop else descent(A, count)

    return calculate_pinverse


def by_deflation(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps if rcond is None else rcond
    return each(deflation, A, rcond, 300 if steps is None else steps)


def by_vmap(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
    if rcond is not None:
        A = each(without_small, A, rcond)

    def one(matrix: Tensor) -> Tensor:
        return rolling(0.8)(matrix, 400 if steps is None else steps)

    for _ in range(A.ndim - 2):
        one = torch.vmap(one)
    return one(A) if A.numel() else torch.zeros_like(A.mT)


def first_eigenvalue(rcond: float) -> tuple[float, int]:
    """Return the eigenvalue of A X at the cut from which plain steps lead to the fixed point, and how many they are."""
    t, plain = FIXED, 0
    while t > rcond**2:
        t, plain = t / (1 + (1 - t) ** 0.5), plain + 1
    return t, plain


def largest_singular_value(A: Tensor) -> Tensor:
    v = torch.randn(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype)
    for _ in range(100):
        v = A.mT @ (A @ v)
        v = v / safe(v.norm(dim=(-2, -1), keepdim=True))
    found: Tensor = (A @ v).norm(dim=(-2, -1), keepdim=True)
    return found


def double_steps(dtype: torch.dtype, smallest: float) -> Function:
    """Return the hard cut by products only, computed in ``dtype``."""

    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps if rcond is None else rcond
        first, plain = first_eigenvalue(max(rcond, smallest))
        B = A.to(dtype)
        B = B / safe(largest_singular_value(B))
        X = first / max(rcond, smallest) ** 2 * B.mT
        for step in range(plain + 30 if steps is None else steps):
            X = X + X @ (eye_like(B) - B @ X)
            if step >= plain:
                X = X @ B @ X
        X = X / safe(largest_singular_value(A.to(dtype)))
        return X.to(A.dtype)

    return calculate_pinverse


class Answer(NamedTuple):
    X: Tensor
    rank: Tensor


def named(calculate_pinverse: Function) -> Callable[..., Answer]:
    def wrapped(A: Tensor, *, rcond: float | None = None, steps: int | None = None) -> Answer:
        X = calculate_pinverse(A, rcond, steps)
        return Answer(X.mT.contiguous().mT, torch.zeros(()))

    return wrapped


# ----------------------------------------------------------------------------------------------------- gradients


def formula(A: Tensor, X: Tensor, G: Tensor) -> Tensor:
    left, right = torch.eye(A.shape[-2], dtype=A.dtype) - A @ X, torch.eye(A.shape[-1], dtype=A.dtype) - X @ A
    return -X.mT @ G @ X.mT + left @ G.mT @ X @ X.mT + X.mT @ X @ G.mT @ right


def formula_transposed(A: Tensor, X: Tensor, G: Tensor) -> Tensor:
    H = -X @ G.mT @ X + X @ X.mT @ (G - G @ A @ X) + (G - X @ A @ G) @ X.mT @ X
    return H.mT


def unrolled(A: Tensor, X: Tensor, G: Tensor) -> Tensor:
    """Differentiate through one doubled Newton-Schulz step at X, which is stationary: the chain rule does the rest."""
    B = A.double().clone().requires_grad_()
    fixed = X.double()
    P = fixed @ B
    Q = B @ fixed
    half = fixed + (fixed - fixed @ Q)
    eye = torch.eye(A.shape[-1], dtype=torch.float64), torch.eye(A.shape[-2], dtype=torch.float64)
    null = (eye[0] - P.detach()) @ B.mT @ fixed.mT @ fixed + fixed @ fixed.mT @ B.mT @ (eye[1] - Q.detach())
    (gradient,) = torch.autograd.grad(((half + null) * G.double()).sum(), B)
    return gradient.to(A.dtype)


STYLES: dict[str, tuple[Callable[..., Any], Function]] = {
    "double steps in float64": (double_steps(torch.float64, 1e-7), formula),
    "double steps in the dtype of A": (double_steps(torch.float32, 1e-3), formula),
    "deflation by ascent": (by_deflation, formula_transposed),
    "right residual, batched": (with_cut(right_descent, loop=False), formula),
    "left residual, batched": (with_cut(left_descent, loop=False), formula_transposed),
    "side by shape": (with_cut(by_shape, loop=False), formula),
    "heavy ball from A'": (with_cut(rolling(0.9), loop=False), formula),
    "vmap over the batch": (by_vmap, formula),
    "Newton-Schulz, early stop": (with_cut(newton_schulz, loop=False), formula),
    "Newton-Schulz, reprojected": (with_cut(reprojected, loop=False), formula),
    "Nesterov by autograd": (with_cut(nesterov, loop=False), unrolled),
    "random start in the row space": (with_cut(projected_random_start), formula),
    "fading ridge": (with_cut(fading_ridge), formula),
    "exact line search, scaled": (with_cut(line_search), formula),
    "conjugate gradients": (with_cut(conjugate_gradients), formula_transposed),
    "Barzilai-Borwein": (with_cut(barzilai_borwein), formula),
    "LBFGS": (with_cut(lbfgs(1)), formula),
    "LBFGS, 20 inner": (with_cut(lbfgs(20)), formula),
    "column by column": (with_cut(columns), formula),
    "named tuple, keywords only": (named(double_steps(torch.float64, 1e-7)), formula),
}
