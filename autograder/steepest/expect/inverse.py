"""What the properties of the inverse expect of an answer, of one update, of a learning rate, of a list of losses."""

from __future__ import annotations

import math

import numpy as np

from steepest.answers import Array
from steepest.errors import GateFailed
from steepest.expect.bounds import expect_at_least, expect_at_most
from steepest.expect.hints import hint_for_inverse
from steepest.expect.update_hints import hint_for_first_loss, hint_for_heavy_ball, hint_for_losses
from steepest.linalg import (
    accuracy_bound,
    heavy_ball,
    left_residual,
    loss,
    max_abs,
    predicted_losses,
    right_residual,
    singular_values,
    stability_limit,
    tail_factor,
    tail_rate,
)
from steepest.student import Returned

STEP_BOUND = 1e-3
"""An update may differ from the rule by this share of its length."""

RATE_BOUND = 0.999
"""A learning rate must stay below the limit, at which nothing converges, by more than rounding."""

LEAST_RATE = 1e-6
"""A learning rate must be positive: at least this share of the limit."""

USEFUL_RATE = 1.0 / 300.0
"""The least share of the limit that still gets anywhere: the crudest safe rates for n <= 4 reach 1/243."""

SCALE_BOUND = 0.5
"""Power iterations from random starts give rates that scatter; a rule that does not scale is off by far more."""

LOSS_BOUND = 1e-3
CURVE_BOUND = 1e-2
TAIL_BOUND = 0.15

CURVE_FLOOR = 1e-20
"""Losses below this share of the first one are compared to it and not to each other: they are near rounding."""

FALLEN = 1e-6
"""A descent with enough steps has brought the loss below this share of the first one."""

SETTLED = 1e-9
"""Who stops before `steps` must have brought the loss below this share of the first one."""


def expect_inverse(X: Array, M: Array) -> None:
    """Return if ``X M = I`` and ``M X = I``, both to within `steepest.linalg.accuracy_bound`.

    Raises:
        PropertyFailed: With the larger of the two residuals, the heat map of X M - I and the likely slip.
    """
    left, bound = left_residual(X, M), accuracy_bound(M)
    sides = {"max |X M - I|": max_abs(left), "max |M X - I|": max_abs(right_residual(X, M))}
    for quantity, residual in sorted(sides.items(), key=lambda side: -side[1]):
        help = "" if residual <= bound else hint_for_inverse(X, M, residual)
        expect_at_most(quantity, residual, bound, help=help, heat_map=("X M - I", left))


def expect_unchanged(returned: Returned) -> None:
    """Return if the function left its arguments as they were.

    Raises:
        GateFailed: With the names of the arguments that were changed in place.
    """
    if returned.mutated:
        names = " and ".join(f"argument {int(name) + 1}" if name.isdigit() else name for name in returned.mutated)
        raise GateFailed(
            f"{names} changed in place",
            "arguments left as they were",
            "Begin with a copy, made by .clone(): an update in place also changes what the caller holds. "
            "x.double() is no copy where x is in float64 already.",
        )


def expect_heavy_ball(X: Array, M: Array, *, start: Array, learning_rate: float, momentum: float, steps: int) -> None:
    """Return if ``X`` is where ``steps`` updates of heavy ball lead from ``start``.

    ``V <- momentum V + 2 / n^2 (X M - I) M'`` and ``X <- X - learning_rate V``, beginning with V = 0. The difference
    is measured against the length of the whole way.

    Raises:
        PropertyFailed: With the relative difference, the heat map of X M - I and the likely slip.
    """
    options = {"learning_rate": learning_rate, "momentum": momentum}
    expected = heavy_ball(M, start, **options, steps=steps)
    difference = max_abs(X - expected) / max_abs(expected - start)
    expect_at_most(
        f"max |X - X_{steps}| / max |X_{steps} - start|",
        difference,
        STEP_BOUND,
        help="" if difference <= STEP_BOUND else hint_for_heavy_ball(X, M, start, **options, steps=steps),
        heat_map=(f"X - X_{steps}, where X_{steps} is start after {steps} updates by the rule", X - expected),
    )


def expect_stable(learning_rate: float, M: Array, *, momentum: float) -> None:
    """Return if ``learning_rate`` is positive and below the limit ``n^2 (1 + momentum) / S[0]^2``.

    Raises:
        PropertyFailed: With the share of the limit.
    """
    share = learning_rate / stability_limit(M, momentum)
    help = (
        "Below the limit n^2 (1 + momentum) / S[0]^2 the descent converges, above it it diverges. "
        "|M|_1 |M|_inf, the largest column sum times the largest row sum of |M|, is never below S[0]^2."
    )
    expect_at_least("the learning rate as a share of the stability limit", share, LEAST_RATE, help=help)
    expect_at_most("the learning rate as a share of the stability limit", share, RATE_BOUND, help=help)


def expect_useful(learning_rate: float, M: Array, *, momentum: float) -> None:
    """Return if ``learning_rate`` is at least 1/300 of the stability limit.

    Raises:
        PropertyFailed: With the share of the limit.
    """
    expect_at_least(
        "the learning rate as a share of the stability limit",
        learning_rate / stability_limit(M, momentum),
        USEFUL_RATE,
        help="So small a rate is safe but needs too many steps. It must follow M: a matrix with entries "
        "10 times larger needs a rate 100 times smaller, and the mean over n^2 entries allows n^2 times more.",
    )


def expect_follows_scale(learning_rate: float, rate_of_ten_times: float) -> None:
    """Return if the rate for 10 M is about a hundredth of the one for M, as the stability limit is.

    Raises:
        PropertyFailed: With the relative difference.
    """
    expect_at_most(
        "|100 * the rate for 10 M / the rate for M - 1|",
        abs(100.0 * rate_of_ten_times / learning_rate - 1.0),
        SCALE_BOUND,
        help="A constant added against division by zero swamps the norms of a small matrix: no matrix that can be "
        "inverted has norm zero, so nothing needs to be added.",
    )


def expect_history(losses: Array, *, steps: int) -> None:
    """Return if there is one loss an update, or fewer that end at a loss which has settled.

    A last loss after the last update may follow.

    Raises:
        PropertyFailed: With the number of losses.
    """
    help = "Append one loss in every step, before X changes."
    more = "Begin with an empty list in every call, and append one loss in every step."
    expect_at_most("the number of losses", len(losses), steps + 1, help=more, curves={"losses": losses})
    settled = len(losses) > 0 and bool(abs(losses[-1]) <= SETTLED * losses[0])
    if not settled:
        expect_at_least("the number of losses", len(losses), steps, help=help, curves={"losses": losses})


def expect_first_loss(losses: Array, M: Array, *, start: Array) -> None:
    """Return if ``losses[0]`` is ``mean((start M - I)^2)``.

    Raises:
        PropertyFailed: With the relative difference and the likely slip.
    """
    ratio = float(losses[0]) / loss(start, M)
    expect_at_most(
        "|losses[0] - mean((start M - I)^2)| / mean((start M - I)^2)",
        abs(ratio - 1.0),
        LOSS_BOUND,
        help=hint_for_first_loss(ratio, M.shape[0]),
        curves={"losses": losses},
    )


def expect_falling(losses: Array) -> None:
    """Return if each loss is at most the one before it, until the loss has settled.

    Only for descent without momentum, below half the stability limit; momentum may rise on its way.

    Raises:
        PropertyFailed: With the largest rise.
    """
    with np.errstate(all="ignore"):
        rises = np.abs(losses[1:] / (losses[:-1] + SETTLED * losses[:1]))
    expect_at_most(
        "max losses[j + 1] / losses[j]",
        float(rises.max(initial=0.0)),
        1.0 + LOSS_BOUND,
        help="Without momentum and with this rate each update lowers the loss. "
        "Check the sign of the update, and that the old gradient is gone before the new one is added.",
        curves={"losses": losses},
    )


def expect_settled(losses: Array) -> None:
    """Return if the last loss is at most a millionth of the first one.

    Raises:
        PropertyFailed: With the ratio, NaN where there is no positive first loss.
    """
    started = len(losses) > 0 and bool(losses[0] > 0)
    expect_at_most(
        "losses[-1] / losses[0]",
        abs(float(losses[-1]) / float(losses[0])) if started else math.nan,
        FALLEN,
        help="At this stable rate the loss falls far. Is X updated, and the loss computed anew in each step?",
        curves={"losses": losses},
    )


def expect_curves_agree(
    losses: Array, expected: Array, *, name: str = "losses", expected_name: str = "predicted losses", help: str = ""
) -> None:
    """Return if two loss curves agree to 1 % at every step that both have.

    Raises:
        PropertyFailed: With the largest relative difference and both curves.
    """
    steps = min(len(losses), len(expected))
    reference = expected[:steps]
    with np.errstate(all="ignore"):
        difference = np.abs(losses[:steps] - reference) / np.abs(reference + CURVE_FLOOR * expected[:1])
    expect_at_most(
        f"the largest relative difference of {name} and {expected_name}",
        float(difference.max()) if steps else math.nan,
        CURVE_BOUND,
        help=help or hint_for_losses(losses, expected, CURVE_BOUND),
        curves={name: losses, expected_name: expected},
    )


def expect_tail_rate(losses: Array, M: Array, *, learning_rate: float, momentum: float) -> None:
    """Return if the loss shrinks at the end as fast as the singular values of ``M`` say, to 15 % in its logarithm.

    A history that settled so early that not even the predicted losses have a tail is compared with them instead.

    Raises:
        PropertyFailed: With the relative difference, NaN where too few late losses are left to fit a rate.
    """
    S, n = singular_values(M), M.shape[0]
    options = {"learning_rate": learning_rate, "momentum": momentum}
    predicted = predicted_losses(S, n, **options, steps=len(losses))
    if tail_rate(predicted) is None:
        return expect_curves_agree(losses, predicted)
    measured, expected = tail_rate(losses), tail_factor(S, n, **options)
    return expect_at_most(
        "the relative difference of the measured and the predicted rate of the tail",
        math.nan if measured is None else abs(math.log(measured) / math.log(expected) - 1.0),
        TAIL_BOUND,
        help="At the end the loss shrinks by the same factor in each step, which the smallest singular value, the "
        "learning rate and the momentum decide. A flat end means float32 inside, or an early stop of the updates.",
        curves={"losses": losses, "predicted losses": predicted},
    )
