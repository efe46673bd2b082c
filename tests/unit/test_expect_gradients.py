"""What the expectations of ``gradients`` accept, what they refuse, and what they tell the student then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.answers import Answer, Array, CallStatus, NumbersItem, TensorItem
from steepest.errors import GateFailed, PropertyFailed
from steepest.expect.gradients import (
    expect_derivative,
    expect_downhill,
    expect_gradient,
    expect_loss,
    expect_momentum_step,
    expect_mse,
    expect_mse_gradient,
    expect_on_path,
    expect_step,
    scalar_of,
)
from steepest.linalg import gradient, heavy_ball, loss
from steepest.linalg.gradients import Step, central_differences, mse, mse_gradient, relative_error
from steepest.student import Returned

X = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 0.25], [0.5, 0.0, 1.0]])
M = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, -1.0], [0.5, 0.0, 1.5]])
V = np.arange(9.0).reshape(3, 3) - 3
STEP = Step(X, V, M, 0.5, 0.8)
Y_HAT, Y = np.array([[1.0, 2.0, 4.0], [0.0, 1.0, -1.0]]), np.array([[0.0, 4.0, 1.0], [2.0, 1.0, 3.0]])


def failure_of(expectation: Callable[[], None]) -> PropertyFailed:
    """Return how an expectation fails."""
    with pytest.raises(PropertyFailed) as caught:
        expectation()
    return caught.value


def returned(*items: TensorItem | NumbersItem) -> Returned:
    return Returned("mse", Answer(CallStatus.RETURNED, items))


# ------------------------------------------------------------------------------------------------------ measures


def test_derivatives_are_the_central_differences_of_the_values() -> None:
    for direction in (np.ones_like(X), V / 3):
        slope, _ = central_differences(lambda at: loss(at, M), X, direction)
        assert slope == pytest.approx(float(np.sum(gradient(X, M) * direction)), rel=1e-9)
    slope, bend = central_differences(lambda at: mse(at, Y), Y_HAT, Y)
    assert slope == pytest.approx(float(np.sum(mse_gradient(Y_HAT, Y) * Y)), rel=1e-9)
    assert bend == pytest.approx(2 * float(np.mean(Y**2)), rel=1e-6)


def test_ten_steps_are_heavy_ball() -> None:
    step = Step(X, np.zeros_like(X), M, 0.5, 0.9)
    for _ in range(10):
        step = Step(*step.after, M, 0.5, 0.9)
    np.testing.assert_allclose(step.X, heavy_ball(M, X, learning_rate=0.5, momentum=0.9, steps=10), rtol=1e-12)


def test_relative_error_counts_rounding_of_terms_that_cancel_as_rounding() -> None:
    assert relative_error(1e-17, 2e-17, terms=1.0) < 1e-15
    assert relative_error(1.0, 2.0, terms=1.0) == 0.5
    assert relative_error(1.0, 0.0, terms=0.0) == 1.0


# ---------------------------------------------------------------------------------------------------- one number


def test_scalar_is_a_tensor_without_dimensions_or_a_float() -> None:
    tensor = TensorItem((), "float32", np.asarray(2.0, dtype=np.float32))
    assert scalar_of(returned(tensor), np.dtype(np.float32)) == 2.0
    assert scalar_of(returned(NumbersItem((2.0,), lone=True)), np.dtype(np.float64)) == 2.0


@pytest.mark.parametrize(
    "item",
    [
        TensorItem((1,), "float32", np.ones(1, dtype=np.float32)),
        TensorItem((), "float64", np.asarray(1.0)),
        TensorItem((), "float32", np.asarray(np.nan, dtype=np.float32)),
        NumbersItem((1.0,)),
        NumbersItem((float("inf"),), lone=True),
    ],
)
def test_anything_else_is_no_scalar(item: TensorItem | NumbersItem) -> None:
    with pytest.raises(GateFailed):
        scalar_of(returned(item), np.dtype(np.float32))


# --------------------------------------------------------------------------------------------------------- values


def test_right_answers_are_accepted() -> None:
    expect_mse(mse(Y_HAT, Y), Y_HAT, Y)
    expect_mse_gradient(mse_gradient(Y_HAT, Y), Y_HAT, Y)
    expect_loss(loss(X, M), X, M)
    expect_gradient(gradient(X, M), X, M)
    expect_step(X - 0.5 * gradient(X, M), X, M, learning_rate=0.5)
    expect_downhill(X - 0.1 * gradient(X, M), X, M, learning_rate=0.1)
    expect_momentum_step(*STEP.after, STEP)
    expect_on_path(3, *STEP.after, STEP, path=STEP)
    expect_derivative(gradient(X, M), lambda at: loss(at, M), X, gradient(X, M))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, 1.001 * mse(Y_HAT, Y)])
def test_wrong_value_and_nan_are_refused(value: float) -> None:
    failure_of(lambda: expect_mse(value, Y_HAT, Y))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (6 * mse(Y_HAT, Y), "sum"),
        (3 * mse(Y_HAT, Y), "all entries"),
        (0.5 * mse(Y_HAT, Y), "half"),
        (mse(Y_HAT, Y) ** 0.5, "root"),
        (float(np.abs(Y_HAT - Y).mean()), "abs"),
        (mse(Y_HAT, -Y), "subtract"),
        (123.0, "paper"),
    ],
)
def test_wrong_mse_is_told_the_likely_slip(value: float, word: str) -> None:
    assert word in failure_of(lambda: expect_mse(value, Y_HAT, Y)).help


@pytest.mark.parametrize(
    ("G", "word"),
    [
        (gradient(X, M) / 2, "half"),
        (9 * gradient(X, M), "sum"),
        (3 * gradient(X, M), "n only"),
        (-gradient(X, M), "sign"),
        (7 * gradient(X, M), "7 times"),
        (2 / 9 * (X @ M - np.eye(3)) @ M, "transpose is missing"),
        (2 / 9 * M.T @ (X @ M - np.eye(3)), "wrong order"),
        (2 / 9 * M.T @ (M @ X - np.eye(3)), "left"),
        (2 / 9 * (X @ M - np.eye(3)), "through M"),
        (2 / 9 * X @ M @ M.T, "identity"),
        (gradient(X, M).T, "transposed"),
        (np.full((3, 3), 5.0), "backward"),
    ],
)
def test_wrong_gradient_is_told_the_likely_slip(G: Array, word: str) -> None:
    failure = failure_of(lambda: expect_gradient(G, X, M))
    assert word in failure.help
    assert failure.heat_map is not None


@pytest.mark.parametrize(
    ("V_new", "word"),
    [
        (gradient(X, M), "V plays no part"),
        (V + gradient(X, M), "in full"),
        (0.8 * V + 0.2 * gradient(X, M), "1 - momentum"),
        (0.8 * V + 0.5 * gradient(X, M), "learning rate"),
        (0.8 * V - gradient(X, M), "subtracted"),
        (STEP.after[0], "swapped"),
    ],
)
def test_wrong_velocity_is_told_the_likely_slip(V_new: Array, word: str) -> None:
    assert word in failure_of(lambda: expect_momentum_step(STEP.after[0], V_new, STEP)).help


@pytest.mark.parametrize(
    ("X_new", "word"),
    [
        (X, "X itself"),
        (X + 0.5 * STEP.after[1], "climbs"),
        (X - 0.5 * V, "old V"),
        (X - 0.5 * gradient(X, M), "gradient alone"),
        (X - STEP.after[1], "learning rate"),
    ],
)
def test_wrong_place_is_told_the_likely_slip(X_new: Array, word: str) -> None:
    assert word in failure_of(lambda: expect_momentum_step(X_new, STEP.after[1], STEP)).help


# ---------------------------------------------------------------------------------------------- own loss, own slope


def test_derivative_of_another_loss_is_accepted_if_it_belongs_to_it() -> None:
    def other(at: Array) -> float:
        return 3.0 * loss(at, M)

    expect_derivative(3.0 * gradient(X, M), other, X, gradient(X, M))
    assert (
        "not that of your own loss"
        in failure_of(lambda: expect_derivative(gradient(X, M), other, X, gradient(X, M))).help
    )


def test_flat_and_straight_losses_have_no_derivative_worth_points() -> None:
    right = gradient(X, M)
    flat = failure_of(lambda: expect_derivative(0 * right, lambda at: 1.0, X, right))
    assert "does not rise" in flat.help
    straight = failure_of(lambda: expect_derivative(right, lambda at: float(np.sum(at * right)), X, right))
    assert "straight" in straight.help


def test_step_that_climbs_or_stays_is_not_downhill() -> None:
    for X_new in (X, X + 0.1 * gradient(X, M)):
        failure_of(lambda X_new=X_new: expect_downhill(X_new, X, M, learning_rate=0.1))  # type: ignore[misc]


def test_nothing_is_downhill_of_the_lowest_point() -> None:
    expect_downhill(np.linalg.inv(M), np.linalg.inv(M), M, learning_rate=0.1)
