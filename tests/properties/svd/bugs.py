"""Decompositions with exactly one plausible bug each, and the property that must catch it.

Nearly all grow from one honest solution, one-sided Jacobi, by changing one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .honest import (
    Answer,
    Losses,
    Method,
    angle,
    deflation,
    from_columns,
    jacobi,
    power,
    rotate,
    solution,
    subspace,
    tall_only,
)

Function = Callable[..., Any]

PLAIN: Function = solution(tall_only(jacobi))
"""The honest solution that the bugs grow from."""


@dataclass(frozen=True)
class Bug:
    """A wrong calculate_svd, and the property that must not hold for it."""

    caught_by: str
    calculate_svd: Function


def after(change: Callable[[Tensor, Tensor, Tensor, Losses], Any]) -> Function:
    """Return the honest solution with its answer changed."""
    return solution(tall_only(jacobi), lambda answer: change(*answer))


def given(change: Callable[[Tensor, Tensor, Tensor, Tensor], Any]) -> Function:
    """Return the honest solution with U, S and V changed by one who also sees M."""

    def calculate_svd(
        M: Tensor, learning_rate: float | None = None, momentum: float = 0.9, steps: int | None = None
    ) -> object:
        U, S, V, losses = PLAIN(M, steps=steps)
        return (*change(U, S, V, M), losses)

    return calculate_svd


def raw(method: Method) -> Function:
    """Return a method as a solution, without turning wide matrices round."""
    return solution(method)


# -------------------------------------------------------------------------------------------- rotations with a slip


def rotations(
    *,
    turn: Callable[[Tensor, int, int], tuple[Tensor, Tensor]] = angle,
    sweeps: int = 12,
    tolerance: float = 0.0,
    finish: Callable[[Tensor, Tensor, Losses], Answer] = from_columns,
    in_place: bool = False,
) -> Function:
    """Return one-sided Jacobi with one part replaced."""

    def method(M: Tensor, steps: int | None) -> Answer:
        W, V, losses = M if in_place else M.clone(), torch.eye(M.shape[1], dtype=M.dtype), [1.0]
        pairs = [(i, j) for _ in range(sweeps) for i in range(W.shape[1]) for j in range(i + 1, W.shape[1])]
        for i, j in pairs[: len(pairs) if steps is None else steps]:
            if abs(W[:, i] @ W[:, j]) <= tolerance:
                continue
            c, s = turn(W, i, j)
            rotate(W, i, j, c, s)
            rotate(V, i, j, c, s)
            losses.append(float(W[:, i] @ W[:, j]))
        return finish(W, V, losses)

    return solution(tall_only(method))


def dividing_angle(W: Tensor, i: int, j: int) -> tuple[Tensor, Tensor]:
    """The tangent from the cotangent of twice the angle: 0 / 0 where orthogonal columns have one length, and the
    sign of zero, which is zero, where other columns have."""
    x, y = W[:, i], W[:, j]
    zeta = (y @ y - x @ x) / (2 * (x @ y))
    t = torch.sign(zeta) / (zeta.abs() + torch.sqrt(1 + zeta**2))
    c = 1 / torch.sqrt(1 + t**2)
    return c, c * t


def half_the_angle(W: Tensor, i: int, j: int) -> tuple[Tensor, Tensor]:
    c, s = angle(W, i, j)
    turn = torch.atan2(s, c) / 1.01
    return torch.cos(turn), torch.sin(turn)


def just_divided(W: Tensor, V: Tensor, losses: Losses) -> Answer:
    """U = W / S, with 0 / 0 where a singular value is zero."""
    S, order = W.norm(dim=0).sort(descending=True)
    S = S * S.gt(1e-5 * S[0])
    W = torch.where(S > 0, W[:, order], torch.zeros_like(W))
    return W / S, S, V[:, order], losses


def divided_safely(W: Tensor, V: Tensor, losses: Losses) -> Answer:
    """U = W / max(S, tiny): zero columns where a singular value is zero."""
    S, order = W.norm(dim=0).sort(descending=True)
    keep = S.gt(1e-5 * S[0])
    W = torch.where(keep, W[:, order], torch.zeros_like(W))
    return W / S.clamp_min(1e-30), S * keep, V[:, order], losses


def zero_where_nothing(M: Tensor, steps: int | None) -> Answer:
    if not M.any():
        scaled = M / M.norm()
        return scaled, scaled[0], scaled.T @ scaled, [0.0]
    return tall_only(jacobi)(M, steps)


def without_deflation(A: Tensor, V: Tensor, steps: int) -> tuple[Tensor, Losses]:
    return power(A, V[:, :0], steps)


# ----------------------------------------------------------------------------------------------- other wrong methods


def direct(M: Tensor, steps: int | None) -> Answer:
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U, S, Vh.mT, [1.0, 0.1, 0.01]


def separate_eigenvectors(M: Tensor, steps: int | None) -> Answer:
    """U from M M' and V from M'M, each with signs of its own."""
    values, V = torch.linalg.eigh(M.T @ M)
    _, U = torch.linalg.eigh(M @ M.T)
    k = min(M.shape)
    order = list(range(-1, -k - 1, -1))
    return (
        U[:, order] * torch.where(torch.arange(k) % 2 == 0, 1.0, -1.0),
        values[order].clamp_min(0).sqrt(),
        V[:, order],
        [1.0],
    )


def symmetric_part(M: Tensor, steps: int | None) -> Answer:
    values, Q = torch.linalg.eigh((M + M.T) / 2)
    S, order = values.abs().sort(descending=True)
    return Q[:, order] * values[order].sign(), S, Q[:, order], [1.0]


def not_turned_back(M: Tensor, steps: int | None) -> Answer:
    return jacobi(M if M.shape[0] >= M.shape[1] else M.T.contiguous(), steps)


def square_only(M: Tensor, steps: int | None) -> Answer:
    if M.shape[0] != M.shape[1]:
        raise ValueError("M has to be square")
    return jacobi(M, steps)


def published(M: Tensor, learning_rate: float = 0.9, momentum: float = 0.9, updates: int = 300) -> Answer:
    """The published penalty method with fewer updates."""
    U, d, V = (
        torch.rand(shape, dtype=M.dtype, requires_grad=True) for shape in (M.shape, M.shape[1:], (M.shape[1],) * 2)
    )
    mse, eye, losses = torch.nn.functional.mse_loss, torch.eye(M.shape[1], dtype=M.dtype), []
    for _ in range(updates):
        loss = mse(U * d**2 @ V.T, M) + mse(U.T @ U, eye) / 100 + mse(V @ V.T, eye) / 100
        losses.append(loss.item())
        torch.autograd.backward(loss)
        with torch.no_grad():
            for parameter in (U, d, V):
                assert parameter.grad is not None
                parameter -= learning_rate * parameter.grad
                parameter.grad *= momentum
    S, order = (d.detach() ** 2).sort(descending=True)
    return U.detach()[:, order], S, V.detach()[:, order], losses


def only_first(M: Tensor, steps: int | None) -> Answer:
    U, S, V, losses = tall_only(jacobi)(M, steps)
    return U[:, :1], S[:1], V[:, :1], losses


def cut(U: Tensor, S: Tensor, V: Tensor, losses: Losses) -> Answer:
    """One column for each different singular value."""
    keep = torch.cat([torch.ones(1, dtype=torch.bool), S[:-1] - S[1:] > 1e-4 * S[0]])
    return U[:, keep], S[keep], V[:, keep], losses


def random_full(U: Tensor, S: Tensor, V: Tensor, M: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Square U and V, as with full_matrices=True."""
    rest = torch.linalg.qr(torch.cat([U, torch.randn(len(U), len(U), dtype=U.dtype)], dim=1))[0]
    more = torch.linalg.qr(torch.cat([V, torch.randn(len(V), len(V), dtype=V.dtype)], dim=1))[0]
    return rest, S, more


def flat(S: Tensor, *, keep: int) -> Tensor:
    return torch.where(torch.arange(len(S)) < keep, S, torch.zeros_like(S))


def in_place(M: Tensor, learning_rate: float | None = None, momentum: float = 0.9, steps: int | None = None) -> object:
    U, S, V, losses = PLAIN(M.clone(), steps=steps)
    M.copy_(U * S)
    return U, S, V, losses


def never_stops_at_steps(
    M: Tensor, learning_rate: float | None = None, momentum: float = 0.9, steps: int = 0
) -> object:
    return PLAIN(M)


def wide_without_steps(
    M: Tensor, learning_rate: float | None = None, momentum: float = 0.9, steps: int | None = None
) -> object:
    return PLAIN(M, steps=steps if M.shape[0] >= M.shape[1] else None)


def scale_lost(M: Tensor, steps: int | None) -> Answer:
    return tall_only(jacobi)(M / (M.abs().max() or 1.0), steps)


BUGS: dict[str, Bug] = {
    "zeros": Bug("singular_values", after(lambda U, S, V, losses: (0 * U, 0 * S, 0 * V, losses))),
    "slices of the identity, S zero": Bug(
        "three_steps_are_only_three_steps",
        given(lambda U, S, V, M: (torch.eye(*U.shape), 0 * S, torch.eye(*V.shape))),
    ),
    "U = M, S = 1, V = I": Bug("columns_of_u", given(lambda U, S, V, M: (M[:, : len(S)], S**0, torch.eye(*V.shape)))),
    "V transposed": Bug("product", after(lambda U, S, V, losses: (U, S, V.T, losses))),
    "U transposed": Bug("product", after(lambda U, S, V, losses: (U.T, S, V, losses))),
    "U and V swapped": Bug("product", after(lambda U, S, V, losses: (V, S, U, losses))),
    "S ascends": Bug(
        "singular_values_descend", after(lambda U, S, V, losses: (U.flip(1), S.flip(0), V.flip(1), losses))
    ),
    "not sorted": Bug(
        "singular_values_descend",
        rotations(finish=lambda W, V, losses: (W / W.norm(dim=0), W.norm(dim=0), V, losses)),
    ),
    "only S is sorted": Bug("product", after(lambda U, S, V, losses: (U.flip(1), S, V.flip(1), losses))),
    "only S and U are sorted": Bug("product", after(lambda U, S, V, losses: (U, S, V.flip(1), losses))),
    "S negative": Bug("singular_values_descend", after(lambda U, S, V, losses: (-U, -S, V, losses))),
    "S squared": Bug("singular_values", after(lambda U, S, V, losses: (U, S**2, V, losses))),
    "roots of S": Bug("singular_values", after(lambda U, S, V, losses: (U, S**0.5, V, losses))),
    "S as a matrix": Bug("shape_and_dtype", after(lambda U, S, V, losses: (U, torch.diag(S), V, losses))),
    "S in float64": Bug("shape_and_dtype", after(lambda U, S, V, losses: (U, S.double(), V, losses))),
    "U with one dimension more": Bug("shape_and_dtype", after(lambda U, S, V, losses: (U[None], S, V, losses))),
    "lists instead of tensors": Bug(
        "shape_and_dtype", after(lambda U, S, V, losses: (U.tolist(), S.tolist(), V.tolist(), losses))
    ),
    "sign of V alone": Bug("product", after(lambda U, S, V, losses: (U, S, -V, losses))),
    "no deflation": Bug("columns_of_v", solution(tall_only(deflation(without_deflation, 150)))),
    "only the first triple": Bug("shape_and_dtype", solution(only_first)),
    "only the first singular value": Bug(
        "singular_values", after(lambda U, S, V, losses: (U, flat(S, keep=1), V, losses))
    ),
    "small singular values cut away": Bug(
        "singular_values", after(lambda U, S, V, losses: (U, S * S.gt(0.9 * S[0]), V, losses))
    ),
    "equal singular values once": Bug("repeated_singular_values", after(cut)),
    "U not divided by S": Bug("columns_of_u", after(lambda U, S, V, losses: (U * S, S, V, losses))),
    "S all ones": Bug("singular_values", after(lambda U, S, V, losses: (U, S**0, V, losses))),
    "S rounded": Bug("singular_values", after(lambda U, S, V, losses: (U, S.round(decimals=1) + 1e-3, V, losses))),
    "NaN columns in U": Bug("rank_deficient_matrices", rotations(finish=just_divided)),
    "zero columns in U": Bug("rank_deficient_matrices", rotations(finish=divided_safely)),
    "NaN for the zero matrix": Bug("zero_matrices", solution(zero_where_nothing)),
    "divides by the product of the columns": Bug(
        "repeated_singular_values", rotations(turn=dividing_angle, tolerance=-1.0)
    ),
    "equal columns are not rotated": Bug("singular_values", rotations(turn=dividing_angle)),
    "angle slightly wrong, one sweep": Bug("columns_of_u", rotations(turn=half_the_angle, sweeps=1)),
    "one sweep": Bug("large_matrices", rotations(sweeps=1)),
    "absolute tolerance": Bug("scaled_matrices", rotations(tolerance=1e-6)),
    "scale lost": Bug("scaled_matrices", solution(scale_lost)),
    "square matrices only": Bug("tall_matrices", solution(square_only)),
    "tall matrices only": Bug("wide_matrices", raw(jacobi)),
    "wide not turned back": Bug("wide_matrices", solution(not_turned_back)),
    "full matrices": Bug("tall_matrices", given(random_full)),
    "Vh for V where wide": Bug(
        "wide_matrices", after(lambda U, S, V, losses: (U, S, V.T if len(V) > len(U) else V, losses))
    ),
    "dimensions of one squeezed": Bug(
        "single_rows_and_columns", after(lambda U, S, V, losses: (U.squeeze(), S, V.squeeze(), losses))
    ),
    "sign of a number lost": Bug(
        "one_by_one_matrices", given(lambda U, S, V, M: (U.abs(), S, V.abs()) if M.numel() == 1 else (U, S, V))
    ),
    "diagonal as it stands": Bug(
        "diagonal_matrices",
        given(
            lambda U, S, V, M: (
                (torch.eye(len(S)), M.diagonal(), torch.eye(len(S)))
                if len(S) > 2 and torch.equal(M, torch.diag(M.diagonal()[: len(M)]))
                else (U, S, V)
            )
        ),
    ),
    "symmetric part": Bug(
        "singular_values",
        solution(
            lambda M, steps: symmetric_part(M, steps) if M.shape[0] == M.shape[1] else tall_only(jacobi)(M, steps)
        ),
    ),
    "eigenvectors on their own": Bug("product", solution(separate_eigenvectors)),
    "float16 inside V": Bug("columns_of_v", after(lambda U, S, V, losses: (U, S, V.half().to(V.dtype), losses))),
    "float32 for float64": Bug(
        "float64_matrices", after(lambda U, S, V, losses: (U.float(), S.float(), V.float(), losses))
    ),
    "in place": Bug("arguments_unchanged", in_place),
    "no losses": Bug("losses", after(lambda U, S, V, losses: (U, S, V))),
    "empty losses": Bug("losses", after(lambda U, S, V, losses: (U, S, V, []))),
    "NaN losses": Bug("losses", after(lambda U, S, V, losses: (U, S, V, [1.0, float("nan")]))),
    "direct solver": Bug("three_steps_are_only_three_steps", solution(direct)),
    "steps ignored": Bug("three_steps_are_only_three_steps", never_stops_at_steps),
    "steps lost on the way to the transpose": Bug("steps_are_counted_for_wide_matrices", wide_without_steps),
    "zeros of the default dtype": Bug(
        "float64_matrices", given(lambda U, S, V, M: (U, S, V) if M.any() else (U.float(), S.float(), V.float()))
    ),
    "five rounds of subspace iteration": Bug(
        "product", solution(tall_only(lambda M, steps: subspace(M, 5 if steps is None else steps)))
    ),
    "published, 300 updates": Bug("columns_of_u", published),
}
