"""The graded properties of the assignment "Derivatives, and one step downhill".

Each test below is one line of the rubric: its first line says what is expected, `points` says what it earns. Every
test is given several pairs of tensors and asks your functions about each. All you see here is all there is: only the
pairs of the exam are secret. Run them in the notebook with `check(mse)`, or here with pytest.

The contract that they grade:

    mse(y_hat, y) -> a number                     y_hat and y: (), (n,) or (m, n), both the same
    mse_gradient(y_hat, y) -> like y_hat
    loss(X, M) -> a number                        X and M: (n, n)
    gradient(X, M) -> like X
    gradient_step(X, M, learning_rate) -> like X
    momentum_step(X, V, M, learning_rate, momentum) -> (X_new, V_new), both like X

- mse is the mean of the squared differences, mse_gradient its derivative with respect to y_hat.
- The loss is mean((X M - I)^2), its gradient with respect to X is 2 / n^2 (X M - I) M'.
- V_new = momentum V + gradient(X, M), and X_new = X - learning_rate V_new.
- A number is a tensor of shape (), or a float. Answers have the dtype of the arguments, and arguments stay as they are.
- An answer is right if it is off by at most 0.0001 of its largest entry, in float64 by at most 0.000000001.

A pair is one array: pair[0], pair[1] are y_hat, y or X, M. Properties with needs=... earn nothing if that one fails.
"""

import numpy as np
import pytest
from hypothesis import given

from steepest.expect import expect_at_most, expect_unchanged
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
from steepest.linalg import gradient, max_abs
from steepest.linalg.gradients import Step, mse_gradient
from steepest.strategies.gradients import (
    float64_guesses,
    float64_pairs,
    guesses,
    matrix_pairs,
    one_by_one_guesses,
    scalar_pairs,
    scaled_guesses,
    scaled_pairs,
    vector_pairs,
)

points = pytest.mark.points


def split(pair):
    """The two tensors of a pair: y_hat and y, or X and M."""
    return np.asarray(pair[0]), np.asarray(pair[1])


def mse_of(student, y_hat, y):
    """The mean squared error that the student's function finds."""
    return scalar_of(student.mse(y_hat, y), y.dtype)


def loss_of(student, X, M):
    """The loss that the student's function finds."""
    return scalar_of(student.loss(X, M), M.dtype)


def like(returned, X, position=0):
    """A tensor that came back: finite, with the shape and the dtype of X."""
    return returned.tensor(position, shape=X.shape, dtype=X.dtype)


def some_rate(M):
    """A learning rate between a quarter and a half of the largest one that is stable for sure, a power of 2."""
    squares = float(np.sum(np.asarray(M, dtype=np.float64) ** 2))
    return 2.0 ** np.floor(np.log2(len(M) ** 2 / (2.0 * squares))) if squares > 0.0 else 1.0


def some_velocity(X, M):
    """A velocity of about the size of the gradient, which is neither the gradient nor symmetric."""
    n = len(X)
    V = np.arange(1, n * n + 1, dtype=np.float64).reshape(n, n) - n / 2
    return np.ascontiguousarray(V * np.abs(M).max() / n**2, dtype=X.dtype)


def expect_one_step(student, X, V, M, momentum=0.8):
    """Expect the right X_new and V_new after one call of momentum_step."""
    rate = some_rate(M)
    returned = student.momentum_step(X, V, M, rate, momentum)
    expect_momentum_step(like(returned, X), like(returned, X, 1), Step(X, V, M, rate, momentum))


@points(1, exercise="mse")
@given(pair=scalar_pairs())
def test_mse_of_numbers(student, pair):
    """For two numbers, tensors of shape (), mse is the square of their difference."""
    y_hat, y = split(pair)
    expect_mse(mse_of(student, y_hat, y), y_hat, y)


@points(1, exercise="mse")
@given(pair=vector_pairs())
def test_mse_of_vectors(student, pair):
    """For two vectors, mse is the mean of the squared differences."""
    y_hat, y = split(pair)
    expect_mse(mse_of(student, y_hat, y), y_hat, y)


@points(1, exercise="mse")
@given(pair=matrix_pairs())
def test_mse_of_matrices(student, pair):
    """For two matrices, mse is the mean of the squared differences of all entries."""
    y_hat, y = split(pair)
    expect_mse(mse_of(student, y_hat, y), y_hat, y)


@points(0.5, exercise="mse")
@given(pair=scaled_pairs())
def test_mse_of_scaled_matrices(student, pair):
    """mse is right for matrices with entries near 10000 or 0.0001."""
    y_hat, y = split(pair)
    expect_mse(mse_of(student, y_hat, y), y_hat, y)


@points(0.5, exercise="mse")
@given(pair=float64_pairs())
def test_mse_in_float64(student, pair):
    """mse is right to 9 digits for matrices in float64, which stay as they are."""
    y_hat, y = split(pair)
    expect_mse(mse_of(student, y_hat, y), y_hat, y)
    expect_unchanged(student.mse(y_hat, y))


@points(1, exercise="mse_gradient")
@given(pair=scalar_pairs())
def test_derivative_of_numbers(student, pair):
    """For two numbers, the derivative of mse with respect to y_hat is 2 (y_hat - y)."""
    y_hat, y = split(pair)
    expect_mse_gradient(like(student.mse_gradient(y_hat, y), y_hat), y_hat, y)


@points(1, exercise="mse_gradient")
@given(pair=vector_pairs())
def test_derivative_of_vectors(student, pair):
    """For two vectors of length n, the derivative is 2 / n (y_hat - y)."""
    y_hat, y = split(pair)
    expect_mse_gradient(like(student.mse_gradient(y_hat, y), y_hat), y_hat, y)


@points(1.5, exercise="mse_gradient")
@given(pair=matrix_pairs())
def test_derivative_of_matrices(student, pair):
    """For two m x n matrices, the derivative is 2 / (m n) (y_hat - y)."""
    y_hat, y = split(pair)
    expect_mse_gradient(like(student.mse_gradient(y_hat, y), y_hat), y_hat, y)


@points(0.5, exercise="mse_gradient")
@given(pair=scaled_pairs())
def test_derivative_of_scaled_matrices(student, pair):
    """The derivative is right for matrices with entries near 10000 or 0.0001."""
    y_hat, y = split(pair)
    expect_mse_gradient(like(student.mse_gradient(y_hat, y), y_hat), y_hat, y)


@points(0.5, exercise="mse_gradient")
@given(pair=float64_pairs())
def test_derivative_in_float64(student, pair):
    """The derivative is right to 9 digits for matrices in float64, which stay as they are."""
    y_hat, y = split(pair)
    expect_mse_gradient(like(student.mse_gradient(y_hat, y), y_hat), y_hat, y)
    expect_unchanged(student.mse_gradient(y_hat, y))


@points(1, exercise="mse_gradient")
@given(pair=float64_pairs())
def test_derivative_belongs_to_your_mse(student, pair):
    """Your derivative agrees with central differences of your own mse."""
    y_hat, y = split(pair)
    right = mse_gradient(y_hat, y)
    G = like(student.mse_gradient(y_hat, y), y_hat)
    expect_derivative(G, lambda at: mse_of(student, at, y), y_hat, right)


@points(0.5, exercise="mse_gradient", needs="test_derivative_of_matrices")
@given(pair=matrix_pairs())
def test_mse_leaves_its_arguments(student, pair):
    """y_hat and y are the same after mse and mse_gradient as before."""
    y_hat, y = split(pair)
    expect_unchanged(student.mse(y_hat, y))
    expect_unchanged(student.mse_gradient(y_hat, y))


@points(1.5, exercise="loss")
@given(pair=guesses())
def test_loss(student, pair):
    """The loss of a guess X is mean((X M - I)^2)."""
    X, M = split(pair)
    expect_loss(loss_of(student, X, M), X, M)


@points(0.5, exercise="loss")
@given(pair=one_by_one_guesses())
def test_loss_of_1_x_1_matrices(student, pair):
    """The loss is right for 1 x 1 matrices."""
    X, M = split(pair)
    expect_loss(loss_of(student, X, M), X, M)


@points(0.5, exercise="loss")
@given(pair=scaled_guesses())
def test_loss_of_scaled_matrices(student, pair):
    """The loss is right where M is near 10000 and X near 0.0001, or the other way round."""
    X, M = split(pair)
    expect_loss(loss_of(student, X, M), X, M)


@points(0.5, exercise="loss")
@given(pair=float64_guesses())
def test_loss_in_float64(student, pair):
    """The loss is right to 9 digits in float64, near the goal, too; arguments stay as they are."""
    X, M = split(pair)
    identity = np.eye(len(M))
    expect_loss(loss_of(student, X, M), X, M)
    expect_loss(loss_of(student, 0.99 * identity, identity), 0.99 * identity, identity)
    expect_unchanged(student.loss(X, M))


@points(2.5, exercise="gradient")
@given(pair=guesses())
def test_gradient(student, pair):
    """The gradient of the loss with respect to X is 2 / n^2 (X M - I) M'."""
    X, M = split(pair)
    expect_gradient(like(student.gradient(X, M), X), X, M)


@points(0.5, exercise="gradient")
@given(pair=one_by_one_guesses())
def test_gradient_of_1_x_1_matrices(student, pair):
    """For 1 x 1 matrices [[x]] and [[m]] the gradient is 2 (x m - 1) m, of shape (1, 1)."""
    X, M = split(pair)
    expect_gradient(like(student.gradient(X, M), X), X, M)


@points(1, exercise="gradient")
@given(pair=scaled_guesses())
def test_gradient_of_scaled_matrices(student, pair):
    """The gradient is right where M is near 10000 and X near 0.0001, or the other way round."""
    X, M = split(pair)
    expect_gradient(like(student.gradient(X, M), X), X, M)


@points(1, exercise="gradient")
@given(pair=float64_guesses())
def test_gradient_in_float64(student, pair):
    """The gradient is right to 9 digits for matrices in float64, which stay as they are."""
    X, M = split(pair)
    expect_gradient(like(student.gradient(X, M), X), X, M)
    expect_unchanged(student.gradient(X, M))


@points(1.5, exercise="gradient")
@given(pair=float64_guesses())
def test_gradient_belongs_to_your_loss(student, pair):
    """Your gradient agrees with central differences of your own loss."""
    X, M = split(pair)
    expect_derivative(like(student.gradient(X, M), X), lambda at: loss_of(student, at, M), X, gradient(X, M))


@points(0.5, exercise="gradient", needs="test_gradient")
@given(pair=guesses())
def test_gradient_leaves_its_arguments(student, pair):
    """X and M are the same after loss and gradient as before."""
    X, M = split(pair)
    expect_unchanged(student.loss(X, M))
    expect_unchanged(student.gradient(X, M))


@points(1.5, exercise="gradient_step")
@given(pair=guesses())
def test_step(student, pair):
    """One step leads from X to X - learning_rate gradient(X, M), whatever the learning rate."""
    X, M = split(pair)
    for rate in (some_rate(M), some_rate(M) / 4.0):
        expect_step(like(student.gradient_step(X, M, rate), X), X, M, learning_rate=rate)
    moved = max_abs(like(student.gradient_step(X, M, 0.0), X) - X)
    expect_at_most("max |X_new - X| for learning_rate = 0", moved, 0.0, help="`learning_rate or ...` takes 0 for None.")


@points(0.5, exercise="gradient_step")
@given(pair=float64_guesses())
def test_step_lowers_the_loss(student, pair):
    """One step at a small enough rate lowers the loss."""
    X, M = split(pair)
    expect_downhill(like(student.gradient_step(X, M, some_rate(M)), X), X, M, learning_rate=some_rate(M))


@points(0.5, exercise="gradient_step")
@given(pair=one_by_one_guesses())
def test_step_of_1_x_1_matrices(student, pair):
    """One step is right for 1 x 1 matrices."""
    X, M = split(pair)
    expect_step(like(student.gradient_step(X, M, some_rate(M)), X), X, M, learning_rate=some_rate(M))


@points(0.5, exercise="gradient_step")
@given(pair=scaled_guesses())
def test_step_of_scaled_matrices(student, pair):
    """One step is right where M is near 10000 and X near 0.0001, or the other way round."""
    X, M = split(pair)
    expect_step(like(student.gradient_step(X, M, some_rate(M)), X), X, M, learning_rate=some_rate(M))


@points(0.5, exercise="gradient_step")
@given(pair=float64_guesses())
def test_step_in_float64(student, pair):
    """One step is right to 9 digits for matrices in float64, which stay as they are."""
    X, M = split(pair)
    expect_step(like(student.gradient_step(X, M, some_rate(M)), X), X, M, learning_rate=some_rate(M))
    expect_unchanged(student.gradient_step(X, M, some_rate(M)))


@points(0.5, exercise="gradient_step", needs="test_step")
@given(pair=guesses())
def test_step_leaves_its_arguments(student, pair):
    """X and M are the same after the step as before: the next X is a new tensor."""
    X, M = split(pair)
    expect_unchanged(student.gradient_step(X, M, some_rate(M)))


@points(0.5, exercise="momentum_step")
@given(pair=guesses())
def test_first_momentum_step(student, pair):
    """From V = 0, V_new is the gradient, and X_new is where gradient_step leads."""
    X, M = split(pair)
    expect_one_step(student, X, np.zeros_like(X), M)


@points(1.5, exercise="momentum_step")
@given(pair=guesses())
def test_later_momentum_step(student, pair):
    """V_new = momentum V + gradient(X, M), and then X_new = X - learning_rate V_new."""
    X, M = split(pair)
    expect_one_step(student, X, some_velocity(X, M), M)
    expect_one_step(student, X, some_velocity(X, M), M, momentum=0.9)
    expect_one_step(student, X, some_velocity(X, M), M, momentum=0.0)


@points(1.5, exercise="momentum_step")
@given(pair=guesses())
def test_ten_momentum_steps(student, pair):
    """Ten calls, each given the X and V of the call before, follow the recurrence from V = 0."""
    X, M = split(pair)
    rate, momentum = some_rate(M), 0.9
    path = Step(X, np.zeros_like(X), M, rate, momentum)
    step = path
    for number in range(1, 11):
        returned = student.momentum_step(step.X, step.V, M, rate, momentum)
        X_new, V_new = like(returned, X), like(returned, X, 1)
        expect_on_path(number, X_new, V_new, step, path=path)
        step, path = Step(X_new, V_new, M, rate, momentum), Step(*path.after, M, rate, momentum)


@points(0.5, exercise="momentum_step")
@given(pair=one_by_one_guesses())
def test_momentum_step_of_1_x_1_matrices(student, pair):
    """A step with momentum is right for 1 x 1 matrices."""
    X, M = split(pair)
    expect_one_step(student, X, some_velocity(X, M), M)


@points(0.5, exercise="momentum_step")
@given(pair=scaled_guesses())
def test_momentum_step_of_scaled_matrices(student, pair):
    """A step with momentum is right where M is near 10000 and X near 0.0001, or reversed."""
    X, M = split(pair)
    expect_one_step(student, X, some_velocity(X, M), M)


@points(0.5, exercise="momentum_step")
@given(pair=float64_guesses())
def test_momentum_step_in_float64(student, pair):
    """A step with momentum is right to 9 digits for matrices in float64, which stay as they are."""
    X, M = split(pair)
    expect_one_step(student, X, some_velocity(X, M), M)
    expect_unchanged(student.momentum_step(X, some_velocity(X, M), M, some_rate(M), 0.8))


@points(1, exercise="momentum_step", needs="test_later_momentum_step")
@given(pair=guesses())
def test_momentum_step_leaves_its_arguments(student, pair):
    """X, V and M are the same after the step as before."""
    X, M = split(pair)
    expect_unchanged(student.momentum_step(X, some_velocity(X, M), M, some_rate(M), 0.8))
