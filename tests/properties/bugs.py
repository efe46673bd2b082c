"""Solutions with exactly one plausible bug each, and the property that must catch it.

All grow from one honest solution, heavy ball with an explicit gradient, by changing one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .balls import Losses, explicit_ball, norm_rate, settling_ball, sums_rate
from .honest import Free, conjugate_gradients

Given = Callable[[Tensor, Tensor, float, float, int], Any]
Change = Callable[[Tensor, Tensor], Any]


def honest(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    """Return heavy ball, stopped once it has arrived, so that the tests are quick."""
    return settling_ball(M, X, rate, momentum, steps)


def inverse_with(
    *,
    free: Free | None = None,
    given: Given = honest,
    rate_of: Callable[[Tensor], float] = sums_rate,
    first_guess: Callable[[Tensor], Tensor] = torch.zeros_like,
    before: Callable[[Tensor], Tensor] = lambda M: M,
    after: Change = lambda X, M: X,
    most_steps: int = 10**9,
) -> Callable[..., object]:
    """Return a calculate_inverse with one part replaced.

    `before` changes M, `after` the answer; `free` is the descent where no number is given, for the bugs to which it
    does not matter and which are quicker so.
    """

    def calculate_inverse(
        M: Tensor,
        learning_rate: float | None = None,
        momentum: float = 0.9,
        steps: int = 2000,
        start: Tensor | None = None,
    ) -> object:
        rate = rate_of(M) if learning_rate is None else learning_rate
        matrix = before(M)
        if free is not None and learning_rate is None:
            X, losses = free(matrix, steps)
            return after(X, M), losses
        guess = first_guess(M) if start is None else start
        X, losses = given(matrix, guess, rate, momentum, min(steps, most_steps))
        return after(X, M), losses

    return calculate_inverse


# ------------------------------------------------------------------------------------ one update, changed by a slip


def ball(
    slope: Callable[[Tensor, Tensor], Tensor] = lambda R, M: 2 / R.numel() * R @ M.T,
    *,
    keep: Callable[[float], float] = lambda momentum: momentum,
    add: Callable[[float], float] = lambda momentum: 1.0,
    ahead: bool = False,
    record: Callable[[Tensor], Tensor] = lambda R: (R**2).mean(),
    record_after: bool = False,
    in_place: bool = False,
    rate_at: Callable[[int], float] = lambda step: 1.0,
    extra_steps: int = 0,
) -> Given:
    """Return heavy ball with one part of the update replaced."""

    def given(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
        eye, V, losses = torch.eye(len(M), dtype=M.dtype), torch.zeros_like(X), []
        X = X if in_place else X.clone()
        for step in range(steps + extra_steps):
            R = X @ M - eye
            V = keep(momentum) * V + add(momentum) * slope(R, M)
            if not record_after:
                losses.append(record(R).item())
            X -= rate * rate_at(step) * (slope(R, M) + momentum * V if ahead else V)
            if record_after:
                losses.append(record(X @ M - eye).item())
        return X, losses[:steps]

    return given


def left_gradient(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, losses = explicit_ball(M.T, X.T, rate, momentum, steps)
    return X.T.contiguous(), losses


def with_random_start(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    return honest(M, torch.rand(M.shape, dtype=M.dtype), rate, momentum, steps)


def in_float32(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, losses = explicit_ball(M.float(), X.float(), rate, momentum, steps)
    return X.to(M.dtype), losses


def diagonal_at_once(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    if torch.equal(M, torch.diag(torch.diag(M))):
        return torch.diag(1 / torch.diag(M)), [0.0] * steps
    return explicit_ball(M, X, rate, momentum, steps)


def stopping_early(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, losses = explicit_ball(M, X, rate, momentum, steps)
    for step in range(1, len(losses)):
        if abs(losses[step] - losses[step - 1]) < 1e-4:
            return explicit_ball(M, torch.zeros_like(X), rate, momentum, step)
    return X, losses


def bfloat16_inside(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    X, losses = explicit_ball(M.bfloat16(), X.bfloat16(), rate, momentum, min(steps, 500))
    return X.to(M.dtype), losses


def ridge(R: Tensor, M: Tensor) -> Tensor:
    X: Tensor = torch.linalg.solve(M.T, (R + torch.eye(len(M), dtype=M.dtype)).T).T
    return 2 / R.numel() * R @ M.T + 2e-3 * X


# -------------------------------------------------------------------------------------------- direct solvers


def direct(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    return torch.linalg.inv(M), [0.0] * steps


def direct_cut_off(M: Tensor, X: Tensor, rate: float, momentum: float, steps: int) -> tuple[Tensor, Losses]:
    """The inverse of the part of M that belongs to its largest singular values, `steps` of them."""
    U, S, Vh = torch.linalg.svd(M)
    return (Vh[:steps].T / S[:steps]) @ U[:, :steps].T, [0.0] * steps


def direct_but_where_watched(M: Tensor, learning_rate: float = 0.0, momentum: float = 0.9, steps: int = 2000,
                             start: Tensor | None = None) -> tuple[Tensor, Losses]:  # fmt: skip
    """A direct solver that does honest heavy ball only if a start is given."""
    if start is None:
        return torch.linalg.inv(M), [0.0] * steps
    return explicit_ball(M, start, learning_rate, momentum, steps)


# ----------------------------------------------------------------------------------------------- what is raised


def only_small(M: Tensor) -> Tensor:
    if len(M) > 5:
        raise ValueError("too large")
    return M


def only_positive(M: Tensor) -> Tensor:
    if torch.det(M) < 0:
        raise ValueError("negative determinant")
    return M


def normalised_in_place(M: Tensor) -> Tensor:
    M /= M.norm()
    return M


def identity_divides_by_zero(X: Tensor, M: Tensor) -> Tensor:
    return X / (M - torch.eye(len(M), dtype=M.dtype)).abs().sum() * (M - torch.eye(len(M), dtype=M.dtype)).abs().sum()


PLAIN = inverse_with()


@dataclass(frozen=True)
class Bug:
    """One bug: the functions that carry it and the property that must catch it."""

    caught_by: str
    calculate_inverse: Callable[..., object] = PLAIN
    safe_learning_rate: Callable[..., object] = norm_rate


def _answer(change: Change) -> Callable[..., object]:
    return inverse_with(after=change, free=conjugate_gradients)


def _rate(rate: Callable[[Tensor, float], object]) -> Callable[..., object]:
    def safe_learning_rate(M: Tensor, momentum: float) -> object:
        return rate(M, momentum)

    return safe_learning_rate


def _norm(M: Tensor) -> float:
    return float(torch.linalg.matrix_norm(M, 2))


BUGS: dict[str, Bug] = {
    "zeros": Bug("well_conditioned_matrices", _answer(lambda X, M: torch.zeros_like(X))),
    "identity": Bug("well_conditioned_matrices", _answer(lambda X, M: torch.eye(len(M), dtype=M.dtype))),
    "transposed": Bug("well_conditioned_matrices", _answer(lambda X, M: X.T)),
    "the transpose of M": Bug("well_conditioned_matrices", _answer(lambda X, M: M.T)),
    "minus": Bug("diagonal_matrices", _answer(lambda X, M: -X)),
    "only the diagonal inverted": Bug(
        "well_conditioned_matrices", _answer(lambda X, M: torch.diag(1 / (torch.diag(M) + 1e-9)))
    ),
    "reciprocals": Bug("well_conditioned_matrices", _answer(lambda X, M: torch.where(M == 0, 0, 1 / M))),
    "rate fixed at 0.9": Bug("scaled_matrices", inverse_with(rate_of=lambda M: 0.9)),
    "rate fixed at 0.01": Bug("scaled_matrices", inverse_with(rate_of=lambda M: 0.01)),
    "rate from the largest entry": Bug(
        "positive_definite_matrices", inverse_with(rate_of=lambda M: len(M) ** 2 / float(2 * M.abs().max() ** 2))
    ),
    "200 slow steps without momentum": Bug(
        "well_conditioned_matrices",
        inverse_with(given=lambda M, X, rate, mom, steps: explicit_ball(M, X, rate / 3, 0.0, min(steps, 200))),
    ),
    "stops on a small change": Bug("well_conditioned_matrices", inverse_with(given=stopping_early)),
    "signs lost": Bug("negative_determinant", inverse_with(free=conjugate_gradients, before=torch.abs)),
    "symmetrised": Bug(
        "well_conditioned_matrices", inverse_with(free=conjugate_gradients, before=lambda M: (M + M.T) / 2)
    ),
    "lower triangle": Bug("well_conditioned_matrices", inverse_with(free=conjugate_gradients, before=torch.tril)),
    "bfloat16 inside": Bug("well_conditioned_matrices", inverse_with(given=bfloat16_inside)),
    "ridge left in the loss": Bug(
        "well_conditioned_matrices", inverse_with(given=ball(ridge), most_steps=1000, rate_of=sums_rate)
    ),
    "identity divides by zero": Bug("permutation_matrices", _answer(identity_divides_by_zero)),
    "raises for a negative determinant": Bug(
        "negative_determinant", inverse_with(free=conjugate_gradients, before=only_positive)
    ),
    "raises above n = 5": Bug("large_matrices", inverse_with(free=conjugate_gradients, before=only_small)),
    "too few steps for large n": Bug("large_matrices", inverse_with(rate_of=lambda M: sums_rate(M) / len(M) ** 2)),
    "scale of 1 expected": Bug(
        "scaled_matrices", inverse_with(first_guess=lambda M: torch.ones_like(M), most_steps=60)
    ),
    "scalar loses a dimension": Bug("one_by_one_matrices", _answer(lambda X, M: X.squeeze())),
    "one dimension more": Bug("shape_and_dtype", _answer(lambda X, M: X[None])),
    "float64 for float32": Bug("shape_and_dtype", _answer(lambda X, M: X.double())),
    "float32 for float64": Bug("float64_matrices", _answer(lambda X, M: X.float())),
    "nested list": Bug("shape_and_dtype", _answer(lambda X, M: X.tolist())),
    "NaN": Bug("shape_and_dtype", _answer(lambda X, M: X * float("nan"))),
    "1e38 everywhere": Bug("shape_and_dtype", _answer(lambda X, M: torch.full_like(X, 1e38))),
    "M normalised in place": Bug(
        "arguments_unchanged", inverse_with(free=conjugate_gradients, before=normalised_in_place)
    ),
    "direct solver": Bug("three_steps_are_only_three_steps", inverse_with(given=direct)),
    "direct solver, cut off at the steps": Bug("three_steps_are_only_three_steps", inverse_with(given=direct_cut_off)),
    "direct solver where not watched": Bug("three_steps_are_only_three_steps", direct_but_where_watched),
    "start ignored": Bug("one_update", inverse_with(free=conjugate_gradients, given=with_random_start)),
    "start updated in place": Bug("one_update", inverse_with(free=conjugate_gradients, given=ball(in_place=True))),
    "sum instead of mean": Bug(
        "one_update", inverse_with(free=conjugate_gradients, given=ball(lambda R, M: 2 * R @ M.T))
    ),
    "half the gradient": Bug(
        "one_update", inverse_with(free=conjugate_gradients, given=ball(lambda R, M: R @ M.T / R.numel()))
    ),
    "gradient without the transpose": Bug(
        "one_update", inverse_with(free=conjugate_gradients, given=ball(lambda R, M: 2 / R.numel() * R @ M))
    ),
    "factors in the wrong order": Bug(
        "one_update", inverse_with(free=conjugate_gradients, given=ball(lambda R, M: 2 / R.numel() * M.T @ R))
    ),
    "ascent": Bug(
        "one_update", inverse_with(free=conjugate_gradients, given=ball(lambda R, M: -2 / R.numel() * R @ M.T))
    ),
    "loss on the other side": Bug("one_update", inverse_with(free=conjugate_gradients, given=left_gradient)),
    "one update too many": Bug("one_update", inverse_with(free=conjugate_gradients, given=ball(extra_steps=1))),
    "dampened momentum": Bug(
        "one_update", inverse_with(free=conjugate_gradients, given=ball(add=lambda momentum: 1 - momentum))
    ),
    "momentum ignored": Bug(
        "three_updates_with_momentum", inverse_with(free=conjugate_gradients, given=ball(keep=lambda momentum: 0.0))
    ),
    "zero_grad forgotten": Bug(
        "three_updates_with_momentum", inverse_with(free=conjugate_gradients, given=ball(keep=lambda momentum: 1.0))
    ),
    "Nesterov": Bug("three_updates_with_momentum", inverse_with(free=conjugate_gradients, given=ball(ahead=True))),
    "losses after the update": Bug("losses", inverse_with(free=conjugate_gradients, given=ball(record_after=True))),
    "losses are sums": Bug("losses", inverse_with(free=conjugate_gradients, given=ball(record=lambda R: (R**2).sum()))),
    "losses are norms": Bug("losses", inverse_with(free=conjugate_gradients, given=ball(record=lambda R: R.norm()))),
    "no losses": Bug("losses", inverse_with(given=lambda *given: (explicit_ball(*given)[0], "none"))),
    "last loss only": Bug("losses", inverse_with(given=lambda *given: (explicit_ball(*given)[0], [0.5]))),
    "rate decays": Bug(
        "losses_without_momentum_are_as_predicted",
        inverse_with(free=conjugate_gradients, given=ball(rate_at=lambda step: 0.99**step)),
    ),
    "momentum never above 0.5": Bug(
        "losses_with_momentum_are_as_predicted",
        inverse_with(given=lambda M, X, rate, mom, steps: explicit_ball(M, X, rate, min(mom, 0.5), steps)),
    ),
    "diagonal matrices inverted at once": Bug(
        "same_singular_values_same_losses", inverse_with(free=conjugate_gradients, given=diagonal_at_once)
    ),
    "losses made up": Bug(
        "same_singular_values_same_losses",
        inverse_with(
            free=conjugate_gradients, given=lambda M, X, rate, mom, steps: (torch.linalg.inv(M), [0.5] * steps)
        ),
    ),
    "float32 inside": Bug("tail_rate_without_momentum", inverse_with(free=conjugate_gradients, given=in_float32)),
    "float32 inside, with momentum": Bug(
        "tail_rate_with_momentum", inverse_with(free=conjugate_gradients, given=in_float32)
    ),
    "safe rate fixed at 0.9": Bug("rate_follows_the_scale", safe_learning_rate=_rate(lambda M, mom: 0.9)),
    "safe rate from the largest entry": Bug(
        "rate_is_stable_for_positive_definite_matrices",
        safe_learning_rate=_rate(lambda M, mom: 0.9 * len(M) ** 2 * (1 + mom) / float(M.abs().max() ** 2)),
    ),
    "safe rate from the smallest singular value": Bug(
        "rate_is_stable_with_momentum",
        safe_learning_rate=_rate(
            lambda M, mom: 0.9 * len(M) ** 2 * (1 + mom) / float(torch.linalg.matrix_norm(M, -2) ** 2)
        ),
    ),
    "safe rate at the limit": Bug(
        "rate_is_stable_with_momentum", safe_learning_rate=_rate(lambda M, mom: len(M) ** 2 * (1 + mom) / _norm(M) ** 2)
    ),
    "safe rate always with momentum": Bug(
        "rate_is_stable_without_momentum", safe_learning_rate=_rate(lambda M, mom: 1.8 * len(M) ** 2 / _norm(M) ** 2)
    ),
    "safe rate not squared": Bug("rate_follows_the_scale", safe_learning_rate=_rate(lambda M, mom: len(M) / _norm(M))),
    "safe rate negative": Bug("rate_is_stable_with_momentum", safe_learning_rate=_rate(lambda M, mom: -sums_rate(M))),
    "safe rate zero": Bug("rate_is_useful", safe_learning_rate=_rate(lambda M, mom: 0.0)),
    "safe rate tiny": Bug("rate_is_useful", safe_learning_rate=_rate(lambda M, mom: 1e-4)),
    "safe rate infinite": Bug("rate_is_useful", safe_learning_rate=_rate(lambda M, mom: float("inf"))),
}
