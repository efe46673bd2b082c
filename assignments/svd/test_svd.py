"""The graded properties of the assignment "The SVD by descent".

Each test below is one line of the rubric: its first line says what is expected, `points` says what it earns. Every
test is given several matrices M and asks your function about each. All you see here is all there is: only the
matrices of the exam are secret. Run them in the notebook with `check(calculate_svd)`, or here with pytest.

The contract that they grade:

    calculate_svd(M, learning_rate=None, momentum=0.9, steps=None) -> (U, S, V, losses)

- M is (m, n), square, tall or wide, and k = min(m, n). U is (m, k), S is (k,), V is (n, k), all with the dtype of M.
- M = U diag(S) V', U'U = I, V'V = I, and S is nonnegative and descending. Signs, and bases of equal singular values,
  are free.
- Accuracy: |U'U - I|, |V'V - I| <= 1e-4 and |M - U diag(S) V'|, |S - true S| <= 1e-4 max|M| (largest entries). For the
  zero matrix the last two are 1e-4.
- Singular values of an asked matrix are equal, zero, or a factor of 1.2 or more apart; if not zero, 1e-4 of the largest
  or more.
- losses is a list of one number or more, all finite. Which loss it is, is up to you.
- steps is the number of updates (None: as many as it takes): for rotations one update is one rotation of two columns,
  for vectors found one after the other it is one update of each. learning_rate may be ignored.
- Any descent is allowed; a property with needs=DESCENT earns points only if that property
  passes. It asks for few steps, so a function without `steps` cannot show it.
"""

import numpy as np
import pytest
from hypothesis import given

from steepest.expect import expect_unchanged
from steepest.expect.svd import (
    expect_arrival,
    expect_factors,
    expect_losses,
    expect_on_its_way,
    expect_ordered,
    expect_orthonormal,
    expect_reconstruction,
    expect_singular_values,
    expect_svd,
)
from steepest.strategies.svd import (
    diagonal_matrices,
    float64_matrices,
    large_matrices,
    one_by_one_matrices,
    rank_deficient_matrices,
    repeated_matrices,
    scaled_matrices,
    slow_matrices,
    square_matrices,
    tall_matrices,
    vector_matrices,
    wide_matrices,
    zero_matrices,
)

points = pytest.mark.points
DESCENT = "test_three_steps_are_only_three_steps"


def svd_of(student, M, **options):
    """The factors U, S and V that the student's function finds: finite, with the right shapes, in the dtype of M."""
    return expect_factors(student.calculate_svd(M, **options), M)


# ----------------------------------------------------------------------------------- calculate_svd: what an SVD is


@points(1, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_shape_and_dtype(student, M):
    """U, S, V are finite, of shapes (m, k), (k,), (n, k) and the dtype of M."""
    svd_of(student, M)


@points(1, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_arguments_unchanged(student, M):
    """M is the same after the call as before it."""
    expect_unchanged(student.calculate_svd(M))


@points(3, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_singular_values(student, M):
    """S holds the singular values of M, in whatever order."""
    _, S, _ = svd_of(student, M)
    expect_singular_values(S, M)


@points(2, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_singular_values_descend(student, M):
    """S is nowhere negative, and the largest one comes first."""
    _, S, _ = svd_of(student, M)
    expect_ordered(S, M)


@points(2, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_columns_of_u(student, M):
    """The columns of U are orthonormal: U'U = I."""
    U, _, _ = svd_of(student, M)
    expect_orthonormal("U", U, M)


@points(2, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_columns_of_v(student, M):
    """The columns of V are orthonormal: V'V = I."""
    _, _, V = svd_of(student, M)
    expect_orthonormal("V", V, M)


@points(3, exercise="calculate_svd", needs=DESCENT)
@given(M=square_matrices())
def test_product(student, M):
    """U diag(S) V' is M."""
    expect_reconstruction(*svd_of(student, M), M)


@points(2, exercise="calculate_svd", needs=DESCENT)
@given(M=tall_matrices())
def test_tall_matrices(student, M):
    """U, S, V decompose M where it has more rows than columns."""
    expect_svd(*svd_of(student, M), M)


@points(2, exercise="calculate_svd", needs=DESCENT)
@given(M=large_matrices())
def test_large_matrices(student, M):
    """U, S, V decompose M where it has 8 to 12 rows and columns."""
    expect_svd(*svd_of(student, M), M)


@points(1, exercise="calculate_svd", needs=DESCENT)
@given(M=diagonal_matrices())
def test_diagonal_matrices(student, M):
    """U, S, V decompose diagonal matrices, signs and order mixed."""
    expect_svd(*svd_of(student, M), M)


@points(2, exercise="calculate_svd", needs=DESCENT)
@given(M=scaled_matrices())
def test_scaled_matrices(student, M):
    """U, S, V decompose M where its entries are near 10000 or 0.0001."""
    expect_svd(*svd_of(student, M), M)


@points(1, exercise="calculate_svd", needs=DESCENT)
@given(M=float64_matrices())
def test_float64_matrices(student, M):
    """U, S, V decompose M in float64, in float64 (zeros, too); M stays as it is."""
    expect_svd(*svd_of(student, M), M)
    expect_unchanged(student.calculate_svd(M))
    svd_of(student, np.zeros_like(M))


# ------------------------------------------------------------------------------ special_matrices: no corner left out


@points(1, exercise="special_matrices", needs=DESCENT)
@given(M=wide_matrices())
def test_wide_matrices(student, M):
    """U, S, V decompose M where it has more columns than rows."""
    expect_svd(*svd_of(student, M), M)


@points(1, exercise="special_matrices", needs=DESCENT)
@given(M=slow_matrices())
def test_steps_are_counted_for_wide_matrices(student, M):
    """3 steps are 3 for wide matrices, too (M beside a column of zeros), 0 are 0."""
    wide = np.pad(M, ((0, 0), (0, 1)))
    expect_on_its_way(*svd_of(student, wide, steps=3), wide)
    expect_on_its_way(*svd_of(student, M, steps=0), M, steps=0)


@points(1, exercise="special_matrices", needs=DESCENT)
@given(M=vector_matrices())
def test_single_rows_and_columns(student, M):
    """U, S, V decompose M where it has a single row or column."""
    expect_svd(*svd_of(student, M), M)


@points(1, exercise="special_matrices", needs=DESCENT)
@given(M=one_by_one_matrices())
def test_one_by_one_matrices(student, M):
    """U, S, V decompose 1 x 1 matrices of either sign."""
    expect_svd(*svd_of(student, M), M)


@points(2, exercise="special_matrices", needs=DESCENT)
@given(M=repeated_matrices())
def test_repeated_singular_values(student, M):
    """U, S, V decompose M where singular values are equal (the identity)."""
    expect_svd(*svd_of(student, M), M)


@points(2, exercise="special_matrices", needs=DESCENT)
@given(M=rank_deficient_matrices())
def test_rank_deficient_matrices(student, M):
    """U, S, V decompose M of less than full rank; U'U = V'V = I as ever."""
    expect_svd(*svd_of(student, M), M)


@points(2, exercise="special_matrices", needs=DESCENT)
@given(M=zero_matrices())
def test_zero_matrices(student, M):
    """For M = 0, S is 0, U and V have orthonormal columns, and losses are finite."""
    expect_svd(*svd_of(student, M), M)
    expect_losses(student.calculate_svd(M))


# ----------------------------------------------------------------------------------------- by_descent: how it is found


@points(3, exercise="by_descent")
@given(M=slow_matrices())
def test_three_steps_are_only_three_steps(student, M):
    """After 3 steps on a large matrix no descent has arrived; in the end it has."""
    _, S, V = svd_of(student, M)
    expect_arrival(S, V, M)
    expect_on_its_way(*svd_of(student, M, steps=3), M)


@points(1, exercise="by_descent", needs=DESCENT)
@given(M=square_matrices())
def test_losses(student, M):
    """After U, S and V comes a list of losses, one or more, all finite."""
    expect_losses(student.calculate_svd(M))
