"""Some properties of the inverse, enough to see whether a cheat earns anything: the exam of the hostile tests."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from steepest.answers import Array
from steepest.expect import (
    expect_at_least,
    expect_first_loss,
    expect_heavy_ball,
    expect_history,
    expect_inverse,
    expect_stable,
    expect_unchanged,
)
from steepest.linalg import relative_residual, stability_limit
from steepest.strategies.inverse import (
    float64_matrices,
    ill_conditioned_matrices,
    large_matrices,
    scaled_matrices,
    well_conditioned_matrices,
)
from steepest.student import Student

points = pytest.mark.points


def inverse_of(student: Student, M: Array, **options: Any) -> Array:  # noqa: ANN401  # matrices and numbers
    return student.calculate_inverse(M, **options).tensor(shape=M.shape, dtype=M.dtype)


def updates(M: Array, steps: int) -> dict[str, Any]:
    n = len(M)
    start = np.arange(n * n, dtype=M.dtype).reshape(n, n) / (n * n * np.abs(M).max())
    return {"learning_rate": 0.4 * stability_limit(M, 0.9), "momentum": 0.9, "steps": steps, "start": start}


@points(1, exercise="safe_learning_rate")
@given(M=well_conditioned_matrices())
def test_rate_is_stable(student: Student, M: Array) -> None:
    """The rate is positive and below the stability limit."""
    expect_stable(student.safe_learning_rate(M, momentum=0.9).number(), M, momentum=0.9)


@points(1, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_shape_and_dtype(student: Student, M: Array) -> None:
    """The answer is a finite tensor with the shape and the dtype of M."""
    inverse_of(student, M)


@points(1, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_arguments_unchanged(student: Student, M: Array) -> None:
    """M is the same after the call as before it."""
    expect_unchanged(student.calculate_inverse(M))


@points(4, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_well_conditioned_matrices(student: Student, M: Array) -> None:
    """X M = I and M X = I for matrices as they come."""
    expect_inverse(inverse_of(student, M), M)


@points(2, exercise="calculate_inverse")
@given(M=scaled_matrices())
def test_scaled_matrices(student: Student, M: Array) -> None:
    """X M = I and M X = I for matrices with entries near 10000 or 0.0001."""
    expect_inverse(inverse_of(student, M), M)


@points(2, exercise="calculate_inverse")
@given(M=float64_matrices())
def test_float64_matrices(student: Student, M: Array) -> None:
    """X M = I and M X = I for matrices in float64."""
    expect_inverse(inverse_of(student, M), M)


@points(2, exercise="calculate_inverse")
@given(M=large_matrices())
def test_large_matrices(student: Student, M: Array) -> None:
    """X M = I and M X = I for matrices with 8 to 12 rows."""
    expect_inverse(inverse_of(student, M), M)


@points(3, exercise="calculate_inverse")
@given(M=ill_conditioned_matrices())
def test_three_steps_are_only_three_steps(student: Student, M: Array) -> None:
    """After 3 steps on an ill-conditioned matrix no descent has arrived."""
    residual = relative_residual(inverse_of(student, M, steps=3), M)
    expect_at_least("|X M - I| / |I| after 3 steps", residual, 0.3)


@points(2, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_three_updates_with_momentum(student: Student, M: Array) -> None:
    """Given learning_rate, momentum and start, three steps are three updates of heavy ball."""
    expect_heavy_ball(inverse_of(student, M, **updates(M, steps=3)), M, **updates(M, steps=3))


@points(2, exercise="convergence")
@given(M=float64_matrices())
def test_losses(student: Student, M: Array) -> None:
    """There is one loss a step, and the first belongs to the start."""
    losses = student.calculate_inverse(M, **updates(M, steps=20)).history()
    expect_history(losses, steps=20)
    expect_first_loss(losses, M, start=updates(M, steps=20)["start"])
