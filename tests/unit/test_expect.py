"""What each expectation accepts, what it refuses, and what it tells the student then."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from steepest import expect
from steepest.answers import Answer, Array, CallStatus
from steepest.errors import GateFailed, PropertyFailed
from steepest.expect import (
    expect_at_least,
    expect_at_most,
    expect_curves_agree,
    expect_falling,
    expect_first_loss,
    expect_follows_scale,
    expect_heavy_ball,
    expect_history,
    expect_inverse,
    expect_settled,
    expect_stable,
    expect_tail_rate,
    expect_unchanged,
    expect_useful,
)
from steepest.expect.hints import hint_for_inverse
from steepest.linalg import gradient, heavy_ball, predicted_losses, singular_values, stability_limit
from steepest.student import Returned

M = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, -1.0], [0.5, 0.0, 1.5]])
INVERSE = np.linalg.inv(M)
START = np.arange(9.0).reshape(3, 3) / 9
RATE = 0.4 * stability_limit(M, 0.9)


def moved(steps: int, *, rate: float = RATE, momentum: float = 0.9) -> Array:
    return heavy_ball(M, START, learning_rate=rate, momentum=momentum, steps=steps)


def expect_ball(X: Array, steps: int) -> None:
    expect_heavy_ball(X, M, start=START, learning_rate=RATE, momentum=0.9, steps=steps)


def from_zero(steps: int = 500, *, momentum: float = 0.9, share: float = 0.4) -> Array:
    rate = share * stability_limit(M, momentum)
    return predicted_losses(singular_values(M), 3, learning_rate=rate, momentum=momentum, steps=steps)


def failure_of(expectation: Callable[[], None]) -> PropertyFailed:
    """Return how an expectation fails; NaN and larger values must both have failed it."""
    with pytest.raises(PropertyFailed) as caught:
        expectation()
    failure = caught.value
    assert not (failure.value >= failure.bound if failure.at_least else failure.value <= failure.bound)
    return failure


# ----------------------------------------------------------------------------------------------------- bounds


def test_value_at_the_bound_is_accepted() -> None:
    expect_at_most("error", 0.5, 0.5)
    expect_at_least("error", 0.5, 0.5)


@pytest.mark.parametrize("value", [0.6, math.inf, math.nan])
def test_larger_value_and_nan_are_not_at_most_the_bound(value: float) -> None:
    with pytest.raises(PropertyFailed, match=r"error = .*, allowed: at most 0\.5"):
        expect_at_most("error", value, 0.5)


@pytest.mark.parametrize("value", [0.4, -math.inf, math.nan])
def test_smaller_value_and_nan_are_not_at_least_the_bound(value: float) -> None:
    with pytest.raises(PropertyFailed, match=r"error = .*, allowed: at least 0\.5"):
        expect_at_least("error", value, 0.5)


def test_failure_carries_its_facts() -> None:
    with pytest.raises(PropertyFailed) as caught:
        expect_at_most("error", 2.0, 1.0, help="Try less.", heat_map=("E", M), curves={"losses": from_zero(5)})
    failure = caught.value
    assert (failure.quantity, failure.value, failure.bound, failure.help) == ("error", 2.0, 1.0, "Try less.")
    assert failure.heat_map == ("E", M)
    assert failure.curves is not None
    assert list(failure.curves) == ["losses"]


# ---------------------------------------------------------------------------------------------------- inverse


def test_inverse_is_accepted_up_to_the_published_accuracy() -> None:
    expect_inverse(INVERSE, M)
    expect_inverse(INVERSE + 1e-4, M)


@pytest.mark.parametrize(
    ("X", "hint"),
    [
        (np.zeros((3, 3)), "still zero"),
        (np.eye(3), "the identity"),
        (M, "M itself"),
        (INVERSE.T, "transposed"),
        (M.T, "transpose of M"),
        (-INVERSE, "sign is lost"),
        (2 * INVERSE, "2 times the identity"),
        (np.linalg.inv(np.abs(M)), "signs of the entries"),
        (np.diag(1 / np.diag(M)), "diagonal of M only"),
        (np.linalg.inv((M + M.T) / 2), "(M + M') / 2"),
        (np.linalg.inv(np.tril(M)), "lower triangle"),
        (np.linalg.inv(np.triu(M)), "upper triangle"),
        (INVERSE + 0.01, "on its way"),
        (INVERSE + START, "is not the identity"),
        (INVERSE + 1e4 * START, "diverges"),
    ],
)
def test_wrong_inverse_is_refused_with_the_likely_slip(X: Array, hint: str) -> None:
    failure = failure_of(lambda: expect_inverse(X, M))
    assert failure.heat_map is not None
    assert failure.heat_map[0] == "X M - I"
    assert hint in failure.help


def test_reciprocals_of_the_entries_are_recognised() -> None:
    full = np.array([[2.0, 1.0], [0.5, 1.5]])
    assert "1 / m of each entry" in failure_of(lambda: expect_inverse(1 / full, full)).help


def test_hint_does_not_call_a_symmetric_answer_transposed() -> None:
    symmetric = np.array([[2.0, 1.0], [1.0, 2.0]])
    help = failure_of(lambda: expect_inverse(np.linalg.inv(symmetric) + 0.003, symmetric)).help
    assert "on its way" in help


@pytest.mark.parametrize(("side", "quantity"), [("left", "max |X M - I|"), ("right", "max |M X - I|")])
def test_larger_of_both_residuals_is_reported(side: str, quantity: str) -> None:
    steep = np.diag([1.0, 1e-3])
    nudge = np.array([[0.0, 1.0], [0.0, 0.0]]) if side == "right" else np.array([[0.0, 0.0], [1.0, 0.0]])
    failure = failure_of(lambda: expect_inverse(np.linalg.inv(steep) + 0.1 * nudge, steep))
    assert failure.quantity == quantity
    assert failure.value == pytest.approx(0.1)


def test_answer_with_nan_is_refused() -> None:
    assert math.isnan(failure_of(lambda: expect_inverse(np.full((3, 3), math.nan), M)).value)


# ------------------------------------------------------------------------------------------ arguments, one update


def test_changed_arguments_are_named() -> None:
    expect_unchanged(Returned("calculate_inverse", Answer(CallStatus.RETURNED)))
    changed = Returned("calculate_inverse", Answer(CallStatus.RETURNED, mutated=("0", "start")))
    with pytest.raises(GateFailed, match="argument 1 and start changed in place"):
        expect_unchanged(changed)


def test_updates_by_the_rule_are_accepted() -> None:
    for steps in (1, 3):
        expect_ball(moved(steps), steps)


@pytest.mark.parametrize(
    ("X", "steps", "hint"),
    [
        (START, 1, "no update"),
        (INVERSE, 1, "already the inverse"),
        (moved(3, momentum=0.0), 3, "without momentum"),
        (moved(3, momentum=1.0), 3, "pile up"),
        (moved(2), 1, "2 updates instead of 1"),
        (moved(2), 3, "2 updates instead of 3"),
        (moved(1, rate=-RATE), 1, "climb"),
        (moved(1, rate=9 * RATE), 1, "mean of the squares, not their sum"),
        (moved(1, rate=RATE / 2), 1, "factor 1/2"),
        (START - RATE * gradient(START.T, M.T).T, 1, "(M X - I)^2"),
        (moved(1) + 0.1, 1, "one update by hand"),
    ],
)
def test_wrong_update_is_refused_with_the_likely_slip(X: Array, steps: int, hint: str) -> None:
    failure = failure_of(lambda: expect_ball(X, steps))
    assert failure.quantity == f"max |X - X_{steps}| / max |X_{steps} - start|"
    assert hint in failure.help


# ------------------------------------------------------------------------------------------------ learning rates


@pytest.mark.parametrize("share", [0.01, 0.5, 0.998])
def test_rate_below_the_limit_is_stable(share: float) -> None:
    expect_stable(share * stability_limit(M, 0.9), M, momentum=0.9)


@pytest.mark.parametrize("share", [1.0, 2.0, math.inf, 0.0, -0.5, math.nan])
def test_rate_at_or_above_the_limit_or_not_positive_is_refused(share: float) -> None:
    assert (
        "share of the stability limit"
        in failure_of(lambda: expect_stable(share * stability_limit(M, 0.9), M, momentum=0.9)).quantity
    )


def test_crudest_safe_rate_is_useful_and_a_fixed_small_one_is_not() -> None:
    crude = 9 / (2 * np.abs(M).sum() ** 2)
    expect_useful(crude, M, momentum=0.9)
    assert failure_of(lambda: expect_useful(1e-3, M, momentum=0.9)).at_least


def test_rate_that_falls_with_the_square_of_the_scale_follows_it_and_one_with_a_constant_added_does_not() -> None:
    expect_follows_scale(1.0, 0.01)
    expect_follows_scale(1.0, 0.0149)
    small, epsilon = 1e-8, 1e-6
    swamped = failure_of(lambda: expect_follows_scale(1 / (small + epsilon), 1 / (100 * small + epsilon)))
    assert "constant added" in swamped.help


@pytest.mark.parametrize("rate", [0.0, math.nan, 1.0])
def test_rate_that_forgets_the_scale_does_not_follow_it(rate: float) -> None:
    failure_of(lambda: expect_follows_scale(1.0, rate))


# ------------------------------------------------------------------------------------------------------- losses


@pytest.mark.parametrize("count", [20, 21])
def test_history_has_one_loss_a_step_and_may_have_the_last(count: int) -> None:
    expect_history(np.ones(count), steps=20)


@pytest.mark.parametrize("losses", [np.ones(19), np.ones(22), np.ones(0), np.array([1.0, math.nan]), np.array([-1.0])])
def test_history_of_another_length_is_refused(losses: Array) -> None:
    assert failure_of(lambda: expect_history(losses, steps=20)).quantity == "the number of losses"


def test_history_may_end_early_once_the_loss_has_settled() -> None:
    expect_history(np.array([1.0, 1e-3, 1e-10]), steps=20)
    failure_of(lambda: expect_history(np.array([1.0, 1e-3, 1e-8]), steps=20))


def test_first_loss_of_the_start_is_accepted() -> None:
    first = float(np.mean((START @ M - np.eye(3)) ** 2))
    expect_first_loss(np.array([first, 0.0]), M, start=START)


@pytest.mark.parametrize(
    ("factor", "hint"), [(9, "their mean"), (3, "over n"), (0.5, "factor 1/2"), (0.7, "before update j")]
)
def test_wrong_first_loss_is_refused_with_the_likely_slip(factor: float, hint: str) -> None:
    first = factor * float(np.mean((START @ M - np.eye(3)) ** 2))
    assert hint in failure_of(lambda: expect_first_loss(np.array([first]), M, start=START)).help


def test_falling_losses_may_be_flat_once_they_have_settled() -> None:
    expect_falling(np.array([1.0, 0.5, 0.5, 1e-11, 1.5e-11, 0.7e-11]))


@pytest.mark.parametrize(
    "losses", [[1.0, 1.1], [1.0, 0.5, math.nan], [1.0, 0.5, math.inf], [1.0, 0.1, 0.2], [1.0, -2.0]]
)
def test_rising_losses_are_refused(losses: list[float]) -> None:
    assert "losses[j + 1]" in failure_of(lambda: expect_falling(np.asarray(losses))).quantity


def test_losses_that_fell_far_have_settled() -> None:
    expect_settled(from_zero())


@pytest.mark.parametrize("losses", [[0.5] * 500, [0.0] * 500, [1.0, math.nan], [math.nan, 0.0], [1.0, -2.0], []])
def test_made_up_constant_losses_have_not_settled(losses: list[float]) -> None:
    assert failure_of(lambda: expect_settled(np.asarray(losses))).quantity == "losses[-1] / losses[0]"


def test_curves_that_agree_where_both_have_steps_are_accepted() -> None:
    expect_curves_agree(from_zero() * 1.005, from_zero(300))


def test_curves_are_not_compared_below_rounding() -> None:
    expect_curves_agree(from_zero() + 1e-24, from_zero())


@pytest.mark.parametrize(
    "change",
    [
        lambda losses: losses[1:],
        lambda losses: 9 * losses,
        lambda losses: np.sqrt(losses),
        lambda losses: losses + 1e-14,
        lambda losses: -losses,
        lambda losses: losses * math.nan,
        lambda losses: losses + math.inf,
        lambda losses: losses[:0],
        lambda losses: np.append(losses[:1], 0.0),
    ],
)
def test_curves_that_part_are_refused(change: Callable[[Array], Array]) -> None:
    failure = failure_of(lambda: expect_curves_agree(change(from_zero()), from_zero()))
    assert failure.curves is not None
    assert list(failure.curves) == ["losses", "predicted losses"]
    failure_of(lambda: expect_curves_agree(from_zero(), change(from_zero())))


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_tail_of_the_predicted_losses_is_accepted(momentum: float) -> None:
    rate = 0.4 * stability_limit(M, momentum)
    expect_tail_rate(from_zero(momentum=momentum), M, learning_rate=rate, momentum=momentum)
    early = from_zero(momentum=momentum)
    expect_tail_rate(early[early > 1e-10], M, learning_rate=rate, momentum=momentum)


@pytest.mark.parametrize(
    "losses",
    [from_zero() + 1e-14, from_zero(share=0.1, momentum=0.0), np.full(500, 1.0), np.full(500, math.nan), np.zeros(500)],
)
def test_tail_at_another_rate_is_refused(losses: Array) -> None:
    failure_of(lambda: expect_tail_rate(losses, M, learning_rate=RATE, momentum=0.9))


def test_history_too_short_for_a_tail_is_compared_with_the_prediction() -> None:
    expect_tail_rate(from_zero(5), M, learning_rate=RATE, momentum=0.9)
    made_up = np.append(from_zero(1), 0.0)
    failure = failure_of(lambda: expect_tail_rate(made_up, M, learning_rate=RATE, momentum=0.9))
    assert "predicted losses" in failure.quantity


def test_public_expectations_are_exported() -> None:
    assert all(callable(getattr(expect, name)) for name in expect.__all__)


def test_a_tiny_inverse_is_not_taken_for_a_rounded_one() -> None:
    M = np.asarray([[0, -20000], [10000, 0]], dtype=np.float32)
    X = np.linalg.inv(M)
    for wrong, word in ((X.T, "transposed"), (-X, "X M = -I"), (np.zeros_like(X), "still zero")):
        assert word in hint_for_inverse(wrong, M, 1.0)
