"""What the properties of gradients expect: the right value, the right derivative, the right update."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.answers import Array, NumbersItem
from steepest.expect.bounds import expect_at_least, expect_at_most
from steepest.expect.gradients_hints import (
    hint_for_gradient,
    hint_for_loss,
    hint_for_mse,
    hint_for_mse_gradient,
    hint_for_position,
    hint_for_velocity,
)
from steepest.linalg import gradient, loss, max_abs
from steepest.linalg.gradients import (
    CANCELLED,
    Step,
    accuracy,
    central_differences,
    gradient_terms,
    loss_terms,
    mse,
    mse_gradient,
    mse_gradient_terms,
    mse_terms,
    relative_error,
)
from steepest.student import Returned

SLOPE_BOUND = 1e-3
"""Central differences in float64 are right to 1e-6 or better for any smooth loss."""

LEAST_SLOPE = 1e-3
"""A loss that rises by less than this share of the right slope is flat: its derivative, zero, is no news."""

LEAST_BEND = 1e-3
"""A second derivative below this share of the slope is that of a straight line: squares have 0.03 or more here."""

PATH_FACTOR = 10.0
"""Ten steps may each add their own rounding."""

LEAST_FALL = 0.01
"""A step downhill lowers the loss by at least this share of what the right step does."""


def scalar_of(returned: Returned, dtype: np.dtype[np.floating]) -> float:
    """Return the one number that came back: a tensor of shape () with the given dtype, or a plain float.

    Raises:
        GateFailed: It is something else, or not finite.
    """
    first = returned.answer.items[0] if returned.answer.items else None
    if isinstance(first, NumbersItem) and first.lone:
        return returned.number()
    return float(returned.tensor(shape=(), dtype=dtype))


def expect_mse(value: float, y_hat: Array, y: Array) -> None:
    """Return if ``value`` is the mean of the squared differences of ``y_hat`` and ``y``.

    Raises:
        PropertyFailed: With the relative error and the likely slip.
    """
    error, bound = relative_error(value, mse(y_hat, y), mse_terms(y_hat, y)), accuracy(y.dtype)
    help = "" if error <= bound else hint_for_mse(value, y_hat, y)
    expect_at_most("|mse - right value| / right value", error, bound, help=help)


def expect_loss(value: float, X: Array, M: Array) -> None:
    """Return if ``value`` is ``mean((X M - I)^2)``.

    Raises:
        PropertyFailed: With the relative error and the likely slip.
    """
    error, bound = relative_error(value, loss(X, M), loss_terms(X, M)), accuracy(M.dtype)
    help = "" if error <= bound else hint_for_loss(value, X, M)
    expect_at_most("|loss - right value| / right value", error, bound, help=help)


def expect_mse_gradient(G: Array, y_hat: Array, y: Array) -> None:
    """Return if ``G`` is the derivative of the mean squared error with respect to ``y_hat``.

    Raises:
        PropertyFailed: With the relative error, the heat map of the difference and the likely slip.
    """
    right = mse_gradient(y_hat, y)
    error, bound = relative_error(G, right, mse_gradient_terms(y_hat, y)), accuracy(y.dtype)
    help = "" if error <= bound else hint_for_mse_gradient(G, y_hat, y)
    expect_at_most(
        "max |G - right derivative| / max |right derivative|",
        error,
        bound,
        help=help,
        heat_map=("what came back minus the right derivative", np.atleast_2d(G - right)),
    )


def expect_gradient(G: Array, X: Array, M: Array) -> None:
    """Return if ``G`` is ``2 / n^2 (X M - I) M'``.

    Raises:
        PropertyFailed: With the relative error, the heat map of the difference and the likely slip.
    """
    right = gradient(X, M)
    error, bound = relative_error(G, right, gradient_terms(X, M)), accuracy(M.dtype)
    help = "" if error <= bound else hint_for_gradient(G, X, M)
    expect_at_most(
        "max |G - right gradient| / max |right gradient|",
        error,
        bound,
        help=help,
        heat_map=("what came back minus the right gradient", G - right),
    )


def expect_derivative(G: Array, function: Callable[[Array], float], at: Array, direction: Array) -> None:
    """Return if ``G`` is the derivative of ``function`` at a point, along a direction in which it should rise.

    ``function`` is the student's own, so that a derivative may be right although the loss is another one; but it has
    to rise where it should, and to bend upwards as squares do, or there is nothing to differentiate.

    Args:
        G: The derivative that the student returned, in the shape of ``at``.
        function: The student's loss; it is asked three times, in float64.
        at: The point.
        direction: The right derivative of the right loss, or a multiple of it; nothing is expected where it is zero.

    Raises:
        PropertyFailed: With the relative difference of the two slopes, or because the function is flat or straight.
    """
    if max_abs(direction) == 0.0:
        return
    along = direction * (max_abs(at) or 1.0) / max_abs(direction)
    slope, bend = central_differences(function, at, along)
    expect_at_least(
        "the slope of your own loss along the right derivative, as a share of the right slope",
        slope / float(np.sum(along * direction)),
        LEAST_SLOPE,
        help="Your loss does not rise where the loss of the course rises, so there is no derivative to compare with. "
        "Mend the loss first.",
    )
    expect_at_least(
        "how much your own loss bends upwards, as a share of its slope",
        bend / slope,
        LEAST_BEND,
        help="Your loss is a straight line; a mean of squares is not. Mend the loss first.",
    )
    expect_at_most(
        "|slope by your derivative - slope by central differences of your own loss| / slope",
        abs(float(np.sum(G * along)) / slope - 1.0),
        SLOPE_BOUND,
        help="Your derivative is not that of your own loss. Nudge one entry by 0.001 up and down, compute "
        "(loss up - loss down) / 0.002, and compare it with that entry of your derivative.",
    )


def expect_step(X_new: Array, X: Array, M: Array, *, learning_rate: float) -> None:
    """Return if ``X_new`` is ``X - learning_rate gradient(X, M)``; the error is measured against the step's length.

    Raises:
        PropertyFailed: With the relative error, the heat map of the difference and the likely slip.
    """
    _expect_position(X_new, Step(X, np.zeros_like(X), M, learning_rate, 0.0))


def expect_downhill(X_new: Array, X: Array, M: Array, *, learning_rate: float) -> None:
    """Return if the loss at ``X_new`` is below the loss at ``X``, or no step from X lowers it.

    Args:
        X_new: What came back.
        X: Where the step began.
        M: The matrix.
        learning_rate: A rate below the stability limit, so that a step against the gradient lowers the loss.

    Raises:
        PropertyFailed: With how far the loss fell, as a share of what the gradient gives.
    """
    before, right = loss(X, M), Step(X, np.zeros_like(X), M, learning_rate, 0.0).after[0]
    possible = before - loss(right, M)
    if possible <= CANCELLED * accuracy(M.dtype) * loss_terms(X, M):
        return
    expect_at_least(
        "how far the loss fell, as a share of the fall that a right step gives",
        (before - loss(X_new, M)) / possible,
        LEAST_FALL,
        help="This rate is so small that a step against the gradient lowers the loss. Is the gradient subtracted, "
        "and is it the gradient of this loss?",
    )


def expect_momentum_step(X_new: Array, V_new: Array, step: Step) -> None:
    """Return if ``V_new = momentum V + gradient(X, M)`` and ``X_new = X - learning_rate V_new``.

    Raises:
        PropertyFailed: With the relative error of the one that is off, its heat map and the likely slip.
    """
    right = step.after[1]
    error, bound = relative_error(V_new, right, step.velocity_terms), accuracy(step.M.dtype)
    expect_at_most(
        "max |V_new - right V_new| / max |right V_new|",
        error,
        bound,
        help="" if error <= bound else hint_for_velocity(V_new, step),
        heat_map=("V_new minus the right one", V_new - right),
    )
    _expect_position(X_new, step)


def expect_on_path(number: int, X_new: Array, V_new: Array, step: Step, *, path: Step) -> None:
    """Return if ``X_new`` is where the exact recurrence is after as many steps.

    Args:
        number: Which step it was, counted from 1.
        X_new: What the student's function made of its own earlier results.
        V_new: The velocity that came with it.
        step: That call.
        path: The same step of the exact recurrence.

    Raises:
        PropertyFailed: With the distance from the path, relative to the size of X, and the likely slip.
    """
    right = path.after[0]
    error, bound = relative_error(X_new, right, path.position_terms), PATH_FACTOR * accuracy(step.M.dtype)
    slip = "" if error <= bound else hint_for_velocity(V_new, step) or hint_for_position(X_new, step)
    expect_at_most(
        f"max |X - X_{number}| / max |X_{number}| after {number} steps",
        error,
        bound,
        help=slip or "Each step has to follow from X, V and the numbers that it is given, and from nothing else.",
        heat_map=(f"X - X_{number}, where X_{number} follows from the rule", X_new - right),
    )


def _expect_position(X_new: Array, step: Step) -> None:
    """Return if ``X_new`` is right, measured against the length of the step."""
    right, start = step.after[0], np.asarray(step.X, dtype=np.float64)
    error, bound = relative_error(X_new - start, right - start, step.position_terms), accuracy(step.M.dtype)
    expect_at_most(
        "max |X_new - right X_new| / max |right X_new - X|",
        error,
        bound,
        help="" if error <= bound else hint_for_position(X_new, step),
        heat_map=("X_new minus the right one", X_new - right),
    )
