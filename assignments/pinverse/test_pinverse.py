"""The graded properties of the assignment "The pseudo-inverse by descent".

Each test below is one line of the rubric: its first line says what is expected, `points` says what it earns. Every
test is given several matrices A and asks your functions about each. All you see here is all there is: only the
matrices of the exam are secret. Run them in the notebook with `check(calculate_pinverse)`, or here with pytest.

The contract that they grade:

    calculate_pinverse(A, rcond=None, steps=None) -> X
    pinverse_gradient(A, X, G) -> the gradient with respect to A

- A is a matrix (m, n) or a batch (*, m, n), X is (n, m) or (*, n, m), in the dtype of A. A stays as it is.
- X is the Moore-Penrose pseudo-inverse of each matrix: A X A = A, X A X = X, A X and X A symmetric. Allowed are
  max |A X A - A| <= e max |A|, max |X A X - X| <= e max |A+|, and e for both symmetries; e is 1e-3 in
  float64, 2e-3 in float32, and 4e-3 in float32 where a singular value counts as zero.
- Singular values s <= rcond * S[0] count as zero, where S[0] is the largest singular value of that matrix. rcond=None
  drops only what rounding made: max(m, n) * eps(dtype).
- steps is the number of updates, one gradient each; None takes as many as are needed.
- The pseudo-inverse is to be found by descent: a property with needs=DESCENT earns points only if
  that property passes. It asks for few steps, so a function without `steps` cannot show it.
- pinverse_gradient is given A, its pseudo-inverse X and the gradient G of some loss with respect to X.
"""

import numpy as np
import pytest
from hypothesis import given

from steepest.expect import expect_at_least, expect_unchanged
from steepest.expect.pinverse import expect_answer, expect_gradient, expect_pinverse
from steepest.linalg import outer_residual, relative_residual
from steepest.linalg.pinverse import difference_quotients, pinverse_gradient, pseudo_inverse, rcond_at_gap
from steepest.strategies.inverse import well_conditioned_matrices
from steepest.strategies.pinverse import (
    float64_matrices,
    full_rank_matrices,
    gapped_matrices,
    gapped_rescaled_matrices,
    ill_conditioned_matrices,
    large_matrices,
    lower_rank_matrices,
    rank_one_matrices,
    rescaled_matrices,
    single_row_or_column_matrices,
    tall_matrices,
    wide_matrices,
    zero_matrices,
)
from steepest.strategies.pinverse_batches import (
    batches,
    empty_batches,
    gapped_batches,
    partly_zero_batches,
    uneven_batches,
)

points = pytest.mark.points
DESCENT = "test_three_steps_are_only_three_steps"


def pinverse_of(student, A, **options):
    """The pseudo-inverse that the student's function finds: finite, (*, n, m) for A of shape (*, m, n), dtype of A."""
    shape = (*A.shape[:-2], A.shape[-1], A.shape[-2])
    return expect_answer(student.calculate_pinverse(A, **options), A, shape)


def some_loss_gradient(A):
    """A gradient with respect to X, (*, n, m), without any symmetry."""
    shape = (*A.shape[:-2], A.shape[-1], A.shape[-2])
    return (np.arange(1, A.size + 1) % 5 / 2 + 0.5).reshape(shape).astype(A.dtype)


def asked_for_gradient(A):
    """The arguments of pinverse_gradient for A."""
    return A, pseudo_inverse(A).astype(A.dtype), some_loss_gradient(A)


def gradient_of(student, A):
    """The gradient that the student's function returns: a finite tensor with the shape and the dtype of A."""
    return expect_answer(student.pinverse_gradient(*asked_for_gradient(A)), A, A.shape)


# -------------------------------------------------------------------------- calculate_pinverse: the four conditions


@points(1, exercise="calculate_pinverse")
@given(A=full_rank_matrices())
def test_shape_and_dtype(student, A):
    """For A of shape (m, n) the answer has shape (n, m) and the dtype of A, and is finite."""
    pinverse_of(student, A)


@points(1, exercise="calculate_pinverse")
@given(A=full_rank_matrices())
def test_arguments_unchanged(student, A):
    """A is the same after the call as before it."""
    expect_unchanged(student.calculate_pinverse(A))


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=full_rank_matrices())
def test_first_condition(student, A):
    """A X A = A for square, tall and wide matrices of full rank."""
    expect_pinverse(pinverse_of(student, A), A, conditions=(1,))


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=lower_rank_matrices())
def test_second_condition(student, A):
    """X A X = X for matrices with dependent rows and columns."""
    expect_pinverse(pinverse_of(student, A), A, conditions=(2,))


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=tall_matrices())
def test_third_condition(student, A):
    """A X is symmetric for tall matrices."""
    expect_pinverse(pinverse_of(student, A), A, conditions=(3,))


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=wide_matrices())
def test_fourth_condition(student, A):
    """X A is symmetric for wide matrices."""
    expect_pinverse(pinverse_of(student, A), A, conditions=(4,))


# --------------------------------------------------------------------------- calculate_pinverse: kinds of matrices


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=lower_rank_matrices())
def test_lower_rank(student, A):
    """A X A = A, with A X and X A symmetric, for dependent rows and columns."""
    expect_pinverse(pinverse_of(student, A), A, conditions=(1, 3, 4))


@points(1, exercise="calculate_pinverse", needs=DESCENT)
@given(A=rank_one_matrices())
def test_rank_one(student, A):
    """All four conditions hold for matrices of rank 1."""
    expect_pinverse(pinverse_of(student, A), A)


@points(1, exercise="calculate_pinverse", needs=DESCENT)
@given(A=single_row_or_column_matrices())
def test_single_row_or_column(student, A):
    """All four conditions hold for a single row or a single column."""
    expect_pinverse(pinverse_of(student, A), A)


@points(1, exercise="calculate_pinverse", needs=DESCENT)
@given(A=zero_matrices())
def test_zero_matrices(student, A):
    """The pseudo-inverse of a zero matrix is zero."""
    expect_pinverse(pinverse_of(student, A), A)


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=rescaled_matrices())
def test_rescaled_matrices(student, A):
    """All four conditions hold for matrices with entries near 10000 or 0.0001."""
    expect_pinverse(pinverse_of(student, A), A)


@points(1, exercise="calculate_pinverse", needs=DESCENT)
@given(A=float64_matrices())
def test_float64_matrices(student, A):
    """All four conditions hold in float64, in float64 (zeros, too); A stays as it is."""
    expect_pinverse(pinverse_of(student, A), A)
    expect_unchanged(student.calculate_pinverse(A))
    pinverse_of(student, np.zeros_like(A))


@points(2, exercise="calculate_pinverse", needs=DESCENT)
@given(A=large_matrices())
def test_large_matrices(student, A):
    """All four conditions hold for matrices with 9 to 12 rows or columns."""
    expect_pinverse(pinverse_of(student, A), A)


@points(3, exercise="calculate_pinverse")
@given(A=ill_conditioned_matrices())
def test_three_steps_are_only_three_steps(student, A):
    """2 I gives I / 2; after 3 steps on ill-conditioned A, |X A - I| / |I| >= 0.03, X A X not X."""
    easy = 2 * np.eye(3, dtype=A.dtype)
    expect_pinverse(pinverse_of(student, easy), easy, conditions=(1,))
    X = pinverse_of(student, A, steps=3)
    expect_at_least(
        "|X A - I| / |I| after 3 steps",
        relative_residual(X, A),
        0.03,
        help="Find X by descent, not by a direct solver, and let `steps` be the number of updates, one gradient each.",
    )
    expect_at_least(
        "max |X A X - X| / max |X| after 3 steps",
        outer_residual(X, A),
        1e-3,
        help="On part of the space X is exact, as a direct solution is that is cut off at `steps` singular values.",
    )


@points(1, exercise="calculate_pinverse", needs=DESCENT)
@given(A=ill_conditioned_matrices())
def test_no_steps_are_no_steps(student, A):
    """steps=0 gives back the start: for a 10 x 4 matrix A, |X A - I| / |I| >= 0.03."""
    tall = A[:, :4].copy()
    expect_at_least(
        "|X A - I| / |I| with steps=0",
        relative_residual(pinverse_of(student, tall, steps=0), tall),
        0.03,
        help="0 is a number of steps like any other: ask `steps is None`, since `if steps` and `steps or ...` take 0 "
        "for None, too.",
    )


# ------------------------------------------------------------------------------------------------------------ rcond


@points(3, exercise="rcond", needs=DESCENT)
@given(A=gapped_matrices())
def test_rcond_cuts(student, A):
    """Singular values up to rcond * S[0] count as zero, larger ones in full (S[0] = 1)."""
    rcond = rcond_at_gap(A)
    expect_pinverse(pinverse_of(student, A, rcond=rcond), A, rcond=rcond)


@points(2, exercise="rcond", needs=DESCENT)
@given(A=gapped_rescaled_matrices())
def test_rcond_is_relative(student, A):
    """The same holds where S[0] is near 1000 or 0.001: rcond is relative to it."""
    rcond = rcond_at_gap(A)
    expect_pinverse(pinverse_of(student, A, rcond=rcond), A, rcond=rcond)


@points(1, exercise="rcond", needs=DESCENT)
@given(A=rescaled_matrices())
def test_small_rcond_cuts_nothing(student, A):
    """With rcond = 0.02 nothing is cut off if the singular values lie within a factor 4."""
    expect_pinverse(pinverse_of(student, A, rcond=0.02), A, rcond=0.02)


# ---------------------------------------------------------------------------------------------------------- batches


@points(2, exercise="batches", needs=DESCENT)
@given(A=batches())
def test_batches(student, A):
    """A batch (*, m, n) comes back as (*, n, m) in its dtype, all four conditions for each."""
    expect_pinverse(pinverse_of(student, A), A)
    pinverse_of(student, A.astype(np.float64))


@points(2, exercise="batches", needs=DESCENT)
@given(A=uneven_batches())
def test_batches_of_different_scale(student, A):
    """All four conditions hold in batches whose matrices are near 0.0001, 1 and 10000."""
    expect_pinverse(pinverse_of(student, A), A)


@points(1, exercise="batches", needs=DESCENT)
@given(A=partly_zero_batches())
def test_batches_with_a_zero_matrix(student, A):
    """All four conditions hold for each matrix of a batch in which one is zero."""
    expect_pinverse(pinverse_of(student, A), A)


@points(1, exercise="batches", needs=DESCENT)
@given(A=empty_batches())
def test_empty_batches(student, A):
    """A batch without a matrix, (0, m, n), comes back as (0, n, m)."""
    pinverse_of(student, A)


@points(2, exercise="batches", needs=DESCENT)
@given(A=gapped_batches())
def test_rcond_in_batches(student, A):
    """The cutoff of each matrix of a batch is rcond times its own largest singular value."""
    rcond = rcond_at_gap(A)
    expect_pinverse(pinverse_of(student, A, rcond=rcond), A, rcond=rcond)


# ------------------------------------------------------------------------------------------------ pinverse_gradient


@points(1, exercise="pinverse_gradient")
@given(A=full_rank_matrices())
def test_gradient_shape_and_arguments(student, A):
    """The gradient has the shape and the dtype of A; A, X and G stay as they are."""
    gradient_of(student, A)
    expect_unchanged(student.pinverse_gradient(*asked_for_gradient(A)))


@points(1, exercise="pinverse_gradient")
@given(A=well_conditioned_matrices())
def test_gradient_of_an_inverse(student, A):
    """For square invertible matrices, of entries near 0.001, too, it is -X' G X'."""
    for B in (A, A / 1000):
        expect_gradient(gradient_of(student, B), pinverse_gradient(*asked_for_gradient(B)), *asked_for_gradient(B))


@points(2, exercise="pinverse_gradient")
@given(A=tall_matrices())
def test_gradient_for_tall_matrices(student, A):
    """For tall matrices it is the gradient of sum(G * X), by central differences."""
    expect_gradient(gradient_of(student, A), difference_quotients(A, some_loss_gradient(A)), *asked_for_gradient(A))


@points(2, exercise="pinverse_gradient")
@given(A=wide_matrices())
def test_gradient_for_wide_matrices(student, A):
    """For wide matrices it is the gradient of sum(G * X), by central differences."""
    expect_gradient(gradient_of(student, A), difference_quotients(A, some_loss_gradient(A)), *asked_for_gradient(A))


@points(1, exercise="pinverse_gradient")
@given(A=lower_rank_matrices())
def test_gradient_for_lower_rank(student, A):
    """For dependent rows and columns, at constant rank, all three terms count."""
    expect_gradient(gradient_of(student, A), pinverse_gradient(*asked_for_gradient(A)), *asked_for_gradient(A))


@points(1, exercise="pinverse_gradient")
@given(A=batches())
def test_gradient_of_batches(student, A):
    """For a batch, each matrix has the gradient that it has alone, in the dtype of A."""
    expect_gradient(gradient_of(student, A), pinverse_gradient(*asked_for_gradient(A)), *asked_for_gradient(A))
    gradient_of(student, A.astype(np.float64))
    gradient_of(student, A[..., :0, :, :])
