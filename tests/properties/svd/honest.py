"""Correct singular value decompositions in many styles: each must pass every property that it can be asked.

Nothing is shared with the judge's numpy. Every style is a function ``(M, steps) -> (U, S, V, losses)`` for M of any
shape, or for tall M only, in which case `any_shape` turns wide matrices round.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

Losses = list[float]
Answer = tuple[Tensor, Tensor, Tensor, Losses]
Method = Callable[[Tensor, int | None], Answer]

ENOUGH = 3000
"""Steps that first-order styles stop at."""


# ------------------------------------------------------------------------------------------------------ finishing


def complete(U: Tensor, S: Tensor, tiny: float) -> Tensor:
    """Return U with the columns of zero singular values replaced by unit vectors orthogonal to all others."""
    for j in range(U.shape[1]):
        if S[j] <= tiny:
            others = [i for i in range(U.shape[1]) if i < j or S[i] > tiny]
            Q = U[:, others]
            rest = torch.eye(len(U), dtype=U.dtype) - Q @ Q.T
            best = rest[:, rest.norm(dim=0).argmax()]
            best = best - Q @ (Q.T @ best)
            U[:, j] = best / best.norm()
    return U


def from_columns(W: Tensor, V: Tensor, losses: Losses) -> Answer:
    """Return the factors that the orthogonal columns of ``W = M V`` say, sorted."""
    S, order = W.norm(dim=0).sort(descending=True)
    W, V = W[:, order], V[:, order]
    tiny = 1e-5 * float(S[0])
    clear = S.gt(tiny)
    U = complete(W / torch.where(clear, S, torch.ones_like(S)), S, tiny)
    return U, S * clear, V, losses


def from_frames(M: Tensor, U: Tensor, V: Tensor, losses: Losses) -> Answer:
    """Return orthonormal U and V with signs and order such that diag(U'MV) is nonnegative and descends."""
    S = (U * (M @ V)).sum(dim=0)
    U = torch.where(S < 0, -U, U)
    S, order = S.abs().sort(descending=True)
    return U[:, order], S, V[:, order], losses


def off_diagonal(W: Tensor) -> float:
    """Return the sum of the squared products of different columns, over the square of the size of W."""
    gram = W.T @ W
    size = float((W**2).sum()) or 1.0
    return float(((gram - torch.diag(gram.diagonal())) ** 2).sum()) / size**2


def tall_only(method: Method) -> Method:
    """Return a method for any shape, from one for tall matrices: wide ones are transposed."""

    def any_shape(M: Tensor, steps: int | None) -> Answer:
        if M.shape[0] >= M.shape[1]:
            return method(M, steps)
        V, S, U, losses = method(M.T.contiguous(), steps)
        return U, S, V, losses

    return any_shape


# ------------------------------------------------------------------------------------------------------ rotations


def rotate(W: Tensor, i: int, j: int, c: Tensor, s: Tensor) -> None:
    x, y = W[:, i].clone(), W[:, j].clone()
    W[:, i], W[:, j] = c * x - s * y, s * x + c * y


def angle(W: Tensor, i: int, j: int) -> tuple[Tensor, Tensor]:
    """Return cosine and sine of the rotation that makes two columns orthogonal."""
    x, y = W[:, i], W[:, j]
    turn = 0.5 * torch.atan2(2.0 * (x @ y), y @ y - x @ x)
    turn = torch.where(turn > torch.pi / 4, turn - torch.pi / 2, turn)
    turn = torch.where(turn < -torch.pi / 4, turn + torch.pi / 2, turn)
    return torch.cos(turn), torch.sin(turn)


def jacobi(M: Tensor, steps: int | None) -> Answer:
    """One-sided Jacobi, pair after pair."""
    size = float(M.abs().max()) or 1.0
    W, V = M / size, torch.eye(M.shape[1], dtype=M.dtype)
    pairs = [(i, j) for i in range(W.shape[1]) for j in range(i + 1, W.shape[1])]
    losses, done = [off_diagonal(W)], 0
    for _ in range(15):
        for i, j in pairs:
            if steps is not None and done >= steps:
                break
            c, s = angle(W, i, j)
            rotate(W, i, j, c, s)
            rotate(V, i, j, c, s)
            losses.append(off_diagonal(W))
            done += 1
        if losses[-1] < 1e-14:
            break
    U, S, V, losses = from_columns(W, V, losses)
    return U, size * S, V, losses


def greedy_jacobi(M: Tensor, steps: int | None) -> Answer:
    """Rotations that always take the pair whose product is largest, in float64."""
    W, V = M.double().clone(), torch.eye(M.shape[1], dtype=torch.float64)
    losses = [off_diagonal(W)]
    while losses[-1] > 1e-18 and len(losses) <= (1000 if steps is None else steps):
        gram = (W.T @ W).triu(1).abs()
        i, j = divmod(int(gram.argmax()), W.shape[1])
        c, s = angle(W, i, j)
        rotate(W, i, j, c, s)
        rotate(V, i, j, c, s)
        losses.append(off_diagonal(W))
    U, S, V, losses = from_columns(W, V, losses)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses


# ------------------------------------------------------------------------------- frames of vectors, all together


def alternating(M: Tensor, steps: int | None) -> Answer:
    """Alternating least squares: U from M V, V from M'U, each made orthonormal."""
    k = min(M.shape)
    V, _ = torch.linalg.qr(torch.randn(M.shape[1], k, dtype=M.dtype))
    losses: Losses = []
    for _ in range(200 if steps is None else steps):
        U, _ = torch.linalg.qr(M @ V)
        V, R = torch.linalg.qr(M.T @ U)
        losses.append(float((R.triu(1) ** 2).sum()))
    U, _ = torch.linalg.qr(M @ V)
    return from_frames(M, U, V, losses)


def subspace(M: Tensor, steps: int | None) -> Answer:
    """Subspace iteration with M'M, from the identity."""
    V = torch.eye(M.shape[1], dtype=M.dtype)[:, : min(M.shape)]
    size, losses = float(M.norm()) or 1.0, []
    for _ in range(150 if steps is None else steps):
        V, _ = torch.linalg.qr((M / size).T @ (M / size @ V))
        losses.append(off_diagonal(M / size @ V))
    U, _ = torch.linalg.qr(M @ V)
    return from_frames(M, U, V, losses)


def oja(M: Tensor, steps: int | None) -> Answer:
    """Oja's rule: a gradient step of the Rayleigh quotients, then Gram-Schmidt."""
    size = float(M.norm()) or 1.0
    A, V = (M / size).double(), torch.randn(M.shape[1], min(M.shape), dtype=torch.float64)
    V, _ = torch.linalg.qr(V)
    losses = []
    for _ in range(1500 if steps is None else steps):
        V, _ = torch.linalg.qr(V + 3.0 * A.T @ (A @ V))
        losses.append(-float(((A @ V) ** 2).sum()))
        if steps is None and off_diagonal(A @ V) < 1e-18:
            break
    U, _ = torch.linalg.qr(A @ V)
    U, S, V, losses = from_frames(A, U, V, losses)
    return U.to(M.dtype), (size * S).to(M.dtype), V.to(M.dtype), losses


def brockett(M: Tensor, steps: int | None) -> Answer:
    """Gradient ascent of tr(U'MVN) on pairs of orthonormal frames, with momentum and a QR retraction, then ALS."""
    size, k = float(M.norm()) or 1.0, min(M.shape)
    A, N = (M / size).double(), torch.arange(k, 0, -1, dtype=torch.float64) / k
    U, _ = torch.linalg.qr(torch.randn(A.shape[0], k, dtype=torch.float64))
    V, _ = torch.linalg.qr(torch.randn(A.shape[1], k, dtype=torch.float64))
    losses = []
    for _ in range(400 if steps is None else steps):
        GU, GV = A @ V * N, A.T @ U * N
        losses.append(-float((U * GU).sum()))
        U, V = _retract(U, GU), _retract(V, GV)
    for _ in range(100 if steps is None else 0):  # the polish
        U, _ = torch.linalg.qr(A @ V)
        V, _ = torch.linalg.qr(A.T @ U)
    U, S, V, losses = from_frames(A, U, V, losses)
    return U.to(M.dtype), (size * S).to(M.dtype), V.to(M.dtype), losses


def _retract(Q: Tensor, G: Tensor) -> Tensor:
    moved, R = torch.linalg.qr(Q + G - Q @ ((Q.T @ G + G.T @ Q) / 2))
    turned: Tensor = moved * R.diagonal().sign()
    return turned


def penalty_with_polish(M: Tensor, steps: int | None) -> Answer:
    """The published loss with Adam, made orthonormal at the end and polished by a few alternating steps."""
    size, (m, n) = float(M.abs().max()) or 1.0, M.shape
    A = M / size
    U, V, d = (torch.nn.Parameter(torch.rand(*shape, dtype=M.dtype)) for shape in ((m, n), (n, n), (n,)))
    optimizer, losses = torch.optim.Adam([U, d, V], lr=0.02), []
    mse, eye = torch.nn.functional.mse_loss, torch.eye(n, dtype=M.dtype)
    for _ in range(300 if steps is None else steps):
        optimizer.zero_grad()
        loss = mse(U * d @ V.T, A) + mse(U.T @ U, eye) / 100 + mse(V @ V.T, eye) / 100
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    left, right = torch.linalg.qr(U.detach())[0], torch.linalg.qr(V.detach())[0]
    for _ in range(150 if steps is None else 0):
        right, _ = torch.linalg.qr(A.T @ left)
        left, _ = torch.linalg.qr(A @ right)
    U_, S, V_, losses = from_frames(A, left, right, losses)
    return U_, size * S, V_, losses


# ------------------------------------------------------------------------------------- one vector after the other


Ascent = Callable[[Tensor, Tensor, int], tuple[Tensor, Losses]]


def deflation(ascend: Ascent, enough: int) -> Method:
    """Return a method that finds v by `ascend`, takes it out, and goes on; U from M V, completed where S is 0."""

    def method(M: Tensor, steps: int | None) -> Answer:
        size, (_, n) = float(M.norm()) or 1.0, M.shape
        A, k = (M / size).double(), min(M.shape)
        V = torch.zeros(n, 0, dtype=torch.float64)
        losses: Losses = []
        for _ in range(k):
            v, more = ascend(A, V, enough if steps is None else steps)
            V, losses = torch.cat([V, v[:, None]], dim=1), losses + more
        U, S, V, losses = from_columns(size * A @ V, V, losses)
        return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses

    return method


def _unit(v: Tensor, V: Tensor) -> Tensor:
    for _ in range(2):
        v = v - V @ (V.T @ v)
    unit: Tensor = v / v.norm()
    return unit


def power(A: Tensor, V: Tensor, steps: int) -> tuple[Tensor, Losses]:
    v, losses = _unit(torch.randn(A.shape[1], dtype=A.dtype), V), []
    for _ in range(steps):
        w = A.T @ (A @ v)
        losses.append(-float(v @ w))
        w = w - V @ (V.T @ w)
        if w.norm() < 1e-12:
            break
        v = _unit(w, V)
    return v, losses


def rayleigh(A: Tensor, V: Tensor, steps: int) -> tuple[Tensor, Losses]:
    """Rayleigh quotient ascent with an exact line search on the circle through v and the gradient."""
    v, losses = _unit(torch.ones(A.shape[1], dtype=A.dtype) + 0.1 * torch.randn(A.shape[1], dtype=A.dtype), V), []
    for _ in range(steps):
        w = A.T @ (A @ v)
        quotient = v @ w
        losses.append(-float(quotient))
        g = w - quotient * v
        g = g - V @ (V.T @ g)
        if g.norm() < 1e-12:
            break
        g = _unit(g, torch.cat([V, v[:, None]], dim=1))
        Av, Ag = A @ v, A @ g
        turn = 0.5 * torch.atan2(2 * (Av @ Ag), Av @ Av - Ag @ Ag)
        v = _unit(torch.cos(turn) * v + torch.sin(turn) * g, V)
    return v, losses


def autograd_ascent(A: Tensor, V: Tensor, steps: int) -> tuple[Tensor, Losses]:
    """Gradient ascent of |A v|^2 / |v|^2 by autograd, with momentum and a rate that follows what is left of A."""
    v, speed, losses = _unit(torch.rand(A.shape[1], dtype=A.dtype) + 0.1, V), torch.zeros(A.shape[1]).double(), []
    B = A - A @ V @ V.T
    rate = 0.4 / float((B**2).sum()).__add__(1e-30)
    for _ in range(steps):
        v = v.detach().requires_grad_()
        loss = -((B @ v) ** 2).sum() / (v**2).sum()
        (slope,) = torch.autograd.grad(loss, v)
        losses.append(loss.item())
        if slope.norm() <= 1e-10 * abs(losses[-1]) or not losses[-1]:
            break
        speed = 0.8 * speed - rate * slope
        v = _unit(v.detach() + speed, V)
    return v.detach(), losses


def rank_one_residues(M: Tensor, steps: int | None) -> Answer:
    """Power iteration on u and v in turn, subtracting s u v'; random orthogonal vectors once nothing is left."""
    A, (m, n) = M.clone(), M.shape
    size = float(M.norm()) or 1.0
    U, V, S, losses = torch.zeros(m, 0, dtype=M.dtype), torch.zeros(n, 0, dtype=M.dtype), [], []
    for _ in range(min(m, n)):
        v = _unit(torch.randn(n, dtype=M.dtype), V)
        u = _unit(torch.randn(m, dtype=M.dtype), U)
        if A.norm() > 1e-5 * size:
            for _ in range(100 if steps is None else steps):
                u = _unit(A @ v, U)
                v = _unit(A.T @ u, V)
        s = (u @ M @ v).clamp_min(0.0) if A.norm() > 1e-5 * size else torch.zeros((), dtype=M.dtype)
        A = A - s * torch.outer(u, v)
        U, V = torch.cat([U, u[:, None]], 1), torch.cat([V, v[:, None]], 1)
        S.append(s)
        losses.append(float(A.norm()))
    found, order = torch.stack(S).sort(descending=True)
    return U[:, order], found, V[:, order], losses


# ------------------------------------------------------------------------------------------------- whole solutions


class Result(NamedTuple):
    U: Tensor
    S: Tensor
    V: Tensor
    losses: Tensor
    rotations: int


def solution(method: Method, wrap: Callable[[Answer], object] = lambda answer: answer) -> Callable[..., Any]:
    """Return a calculate_svd with the whole signature."""

    def calculate_svd(
        M: Tensor, learning_rate: float | None = None, momentum: float = 0.9, steps: int | None = None
    ) -> object:
        return wrap(method(M, steps))

    return calculate_svd


def with_other_signs(answer: Answer) -> object:
    """The same answer with signs turned in pairs, as views, and U as a Parameter."""
    U, S, V, losses = answer
    signs = torch.tensor([(-1.0) ** i for i in range(len(S))], dtype=S.dtype)
    return torch.nn.Parameter(U * signs), S, (V * signs).T.contiguous().T, losses


def short_signature(M: Tensor, learning_rate: float = 0.9, momentum: float = 0.9) -> Answer:
    """The published signature with a method that works: what it lacks a parameter for is skipped."""
    return tall_only(jacobi)(M, None)


STYLES: dict[str, Callable[..., Any]] = {
    "Jacobi": solution(tall_only(jacobi)),
    "other signs, views, a Parameter": solution(tall_only(jacobi), with_other_signs),
    "greedy Jacobi, float64 inside": solution(tall_only(greedy_jacobi)),
    "alternating least squares": solution(alternating),
    "subspace iteration": solution(tall_only(subspace)),
    "Oja": solution(tall_only(oja)),
    "Brockett": solution(brockett),
    "penalty, polished": solution(tall_only(penalty_with_polish)),
    "power iteration": solution(tall_only(deflation(power, 150))),
    "Rayleigh quotient, line search": solution(tall_only(deflation(rayleigh, 300))),
    "Rayleigh quotient, autograd": solution(tall_only(deflation(autograd_ascent, 800))),
    "rank one at a time": solution(rank_one_residues),
    "named tuple": solution(
        tall_only(jacobi), lambda answer: Result(*answer[:3], torch.tensor(answer[3], dtype=torch.float64), 7)
    ),
    "published signature": short_signature,
}
