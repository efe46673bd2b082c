"""The judge's numbers against closed forms, and its refusals to be fooled by NaN and by nothing at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steepest.answers import Array
from steepest.linalg import (
    Float64,
    accuracy_bound,
    condition_number,
    gradient,
    heavy_ball,
    left_residual,
    loss,
    max_abs,
    outer_residual,
    predicted_losses,
    relative_residual,
    right_residual,
    singular_values,
    stability_limit,
    tail_factor,
    tail_rate,
)

SHEAR = np.array([[1.0, 2.0], [0.0, 1.0]])


def matrix_with(S: list[float], seed: int = 0) -> Float64:
    generator = np.random.default_rng(seed)
    U, _ = np.linalg.qr(generator.standard_normal((len(S), len(S))))
    V, _ = np.linalg.qr(generator.standard_normal((len(S), len(S))))
    return np.asarray(U * S @ V.T, dtype=np.float64)


def simulated_losses(M: Array, *, learning_rate: float, momentum: float, steps: int) -> list[float]:
    """The losses of the published loop: the gradient accumulates and is multiplied by the momentum."""
    X, accumulated, losses = np.zeros(M.shape), np.zeros(M.shape), []
    for _ in range(steps):
        losses.append(loss(X, M))
        accumulated = accumulated + gradient(X, M)
        X = X - learning_rate * accumulated
        accumulated = accumulated * momentum
    return losses


def test_residuals_tell_left_from_right() -> None:
    X = np.array([[0.0, 0.0], [1.0, 0.0]])
    np.testing.assert_array_equal(left_residual(X, SHEAR), [[-1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_array_equal(right_residual(X, SHEAR), [[1.0, 0.0], [1.0, -1.0]])


def test_residual_of_float32_is_computed_in_float64() -> None:
    M = np.full((1, 1), 1e4, dtype=np.float32)
    X = np.full((1, 1), 1e-4, dtype=np.float32)
    assert left_residual(X, M).dtype == np.float64
    assert 0 < max_abs(left_residual(X, M)) < 1e-7


def test_largest_entry_of_nan_is_nan_and_of_nothing_is_zero() -> None:
    assert math.isnan(max_abs(np.array([[1.0, math.nan], [5.0, 0.0]])))
    assert max_abs(np.zeros((0, 0))) == 0.0


def test_relative_residual_is_one_for_zero_and_none_for_the_inverse() -> None:
    assert relative_residual(np.zeros((3, 3)), np.eye(3)) == pytest.approx(1.0)
    assert relative_residual(np.linalg.inv(SHEAR), SHEAR) == 0.0


def test_residuals_of_a_tall_matrix_are_those_of_an_inverse_from_the_left() -> None:
    tall = np.array([[2.0], [0.0]])
    assert relative_residual(np.array([[0.5, 7.0]]), tall) == 0.0
    assert relative_residual(np.zeros((1, 2)), tall) == 1.0


def test_outer_residual_vanishes_for_what_is_exact_on_part_of_the_space_and_not_on_the_way() -> None:
    M = np.diag([2.0, 1.0])
    assert outer_residual(np.diag([0.5, 1.0]), M) == 0.0
    assert outer_residual(np.diag([0.5, 0.0]), M) == 0.0
    assert outer_residual(np.diag([0.5, 0.5]), M) == pytest.approx(0.5)
    assert outer_residual(np.zeros((2, 2)), M) == 1.0


def test_condition_number_of_a_singular_matrix_is_infinite() -> None:
    assert condition_number(np.zeros((2, 2))) == math.inf
    assert condition_number(np.diag([4.0, -0.5])) == pytest.approx(8.0)
    np.testing.assert_allclose(singular_values(np.diag([1.0, -3.0, 2.0])), [3.0, 2.0, 1.0])


@pytest.mark.parametrize(
    ("M", "bound"),
    [
        (np.eye(4, dtype=np.float32), 1e-3),
        (np.diag([1.0, 1e-6]), 1e-3),
        (np.diag([1.0, 1e-3]).astype(np.float32), 30 * 2 * 2**-23 * 1e3),
        (np.diag([1.0, 1e-12]), 30 * 2 * 2**-52 * 1e12),
        (np.diag([1.0, 1e-6]).astype(np.float32), 0.1),
        (np.zeros((2, 2)), 0.1),
    ],
)
def test_accuracy_bound_is_the_larger_of_descent_and_rounding_and_never_vacuous(M: Array, bound: float) -> None:
    assert accuracy_bound(M) == pytest.approx(bound, rel=1e-4)


def test_gradient_is_the_derivative_of_the_loss() -> None:
    M, X = matrix_with([3.0, 2.0, 1.0]), np.arange(9.0).reshape(3, 3) / 9
    for place in np.ndindex(3, 3):
        nudge = np.zeros((3, 3))
        nudge[place] = 1e-6
        slope = (loss(X + nudge, M) - loss(X - nudge, M)) / 2e-6
        assert gradient(X, M)[place] == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_one_update_is_one_gradient_step() -> None:
    start = np.ones((2, 2))
    X = heavy_ball(SHEAR, start, learning_rate=0.3, momentum=0.9, steps=1)
    np.testing.assert_allclose(X, start - 0.3 * gradient(start, SHEAR))
    np.testing.assert_array_equal(start, np.ones((2, 2)))


def test_second_update_keeps_the_momentum_of_the_first() -> None:
    start = np.ones((2, 2))
    first = start - 0.3 * gradient(start, SHEAR)
    second = first - 0.3 * gradient(first, SHEAR) + 0.9 * (first - start)
    X = heavy_ball(SHEAR, start, learning_rate=0.3, momentum=0.9, steps=2)
    np.testing.assert_allclose(X, second)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_stability_limit_divides_convergence_from_divergence(momentum: float) -> None:
    M = matrix_with([3.0, 2.0, 1.5])
    limit = stability_limit(M, momentum)
    below = predicted_losses(singular_values(M), 3, learning_rate=0.99 * limit, momentum=momentum, steps=3000)
    above = predicted_losses(singular_values(M), 3, learning_rate=1.01 * limit, momentum=momentum, steps=3000)
    assert below[-1] < 1e-12
    assert above[-1] > 1e6


@pytest.mark.parametrize(("momentum", "limit"), [(0.9, 1.453), (0.0, 1.054)])
def test_published_rate_is_stable_up_to_a_known_multiple_of_n(momentum: float, limit: float) -> None:
    assert stability_limit(4 * (limit - 0.001) * np.eye(4), momentum) > 0.9
    assert stability_limit(4 * (limit + 0.001) * np.eye(4), momentum) < 0.9


def test_published_algorithm_on_the_diagonal_of_the_post_needs_114_and_195_steps() -> None:
    losses = predicted_losses(np.array([4.0, 3.0, 2.0, 1.0]), 4, learning_rate=0.9, momentum=0.9, steps=300)
    assert int(np.argmax(losses < 1e-6)) == 114
    assert int(np.argmax(losses < 1e-10)) == 195


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("seed", range(3))
def test_predicted_losses_are_those_of_the_published_loop(momentum: float, seed: int) -> None:
    M = matrix_with([2.5, 2.0, 0.9, 0.7], seed)
    options = {"learning_rate": 0.4 * stability_limit(M, momentum), "momentum": momentum}
    predicted = predicted_losses(singular_values(M), 4, **options, steps=150)
    np.testing.assert_allclose(predicted, simulated_losses(M, **options, steps=150), rtol=1e-6, atol=1e-26)


def test_predicted_losses_of_a_singular_matrix_end_at_the_share_of_lost_rank() -> None:
    losses = predicted_losses(np.array([1.0, 0.8]), 4, learning_rate=4.0, momentum=0.9, steps=400)
    assert losses[-1] == pytest.approx((4 - 2) / 4**2)


def test_predicted_losses_of_an_unstable_rate_overflow_in_silence() -> None:
    losses = predicted_losses(np.array([9.0]), 1, learning_rate=9.0, momentum=0.9, steps=500)
    assert not np.isfinite(losses[-1])


def test_tail_factor_of_the_optimal_rates_is_the_textbooks() -> None:
    k = 10.0
    S, n = np.array([k, 1.0]), 2
    descent = tail_factor(S, n, learning_rate=n**2 / (k**2 + 1), momentum=0.0)
    assert descent == pytest.approx(((k**2 - 1) / (k**2 + 1)) ** 2)
    heavy = tail_factor(S, n, learning_rate=2 * n**2 / (k + 1) ** 2, momentum=((k - 1) / (k + 1)) ** 2)
    assert heavy == pytest.approx(((k - 1) / (k + 1)) ** 2, rel=1e-6)


def test_tail_factor_above_the_line_is_the_momentum_whatever_the_singular_values() -> None:
    """The line is S = 0.153 for n = 4 and the published rate and momentum."""
    for smallest in (3.0, 0.7, 0.154):
        factor = tail_factor(np.array([4.0, smallest]), 4, learning_rate=0.9, momentum=0.9)
        assert factor == pytest.approx(0.9)
    assert tail_factor(np.array([4.0, 0.1]), 4, learning_rate=0.9, momentum=0.9) > 0.95


def test_tail_rate_of_a_geometric_sequence_is_its_factor() -> None:
    assert tail_rate(0.25 * 0.8 ** np.arange(300)) == pytest.approx(0.8)


def test_tail_rate_ignores_rounding_but_not_a_plateau_above_it() -> None:
    losses = 0.5 ** np.arange(200.0)
    assert tail_rate(np.where(losses < 1e-26, 1e-26, losses)) == pytest.approx(0.5)
    flat = tail_rate(np.where(losses < 1e-13, 1e-13, losses))
    assert flat is not None
    assert flat > 0.9


@pytest.mark.parametrize(
    "losses", [[], [1.0], [1.0] * 50, [math.nan] * 50, [1.0] + [math.nan] * 50, 0.1 ** np.arange(14.0), [0.0] * 50]
)
def test_tail_rate_of_too_few_late_losses_is_none(losses: list[float]) -> None:
    assert tail_rate(np.asarray(losses)) is None


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_tail_rate_measures_what_tail_factor_predicts(momentum: float) -> None:
    for seed in range(10):
        S = np.sort(np.random.default_rng(seed).uniform(0.5, 2.0, 4))[::-1]
        rate = 0.4 * 16 * (1 + momentum) / S[0] ** 2
        options = {"learning_rate": rate, "momentum": momentum}
        measured = tail_rate(predicted_losses(S, 4, **options, steps=500))
        assert measured is not None
        assert math.log(measured) == pytest.approx(math.log(tail_factor(S, 4, **options)), rel=0.05)
