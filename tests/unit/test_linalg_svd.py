"""What the judge measures about a singular value decomposition, against values worked out by hand; NaN stays NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest

from steepest.linalg.svd import (
    first_vectors_error,
    gram_residual,
    largest_value_error,
    order_error,
    orthogonality_error,
    product,
    reconstruction_error,
    scale_of,
    singular_value_error,
    svd_accuracy,
    svd_error,
)

M = np.array([[0.0, -2.0], [1.0, 0.0]])
U, S, V = np.array([[-1.0, 0.0], [0.0, 1.0]]), np.array([2.0, 1.0]), np.array([[0.0, 1.0], [1.0, 0.0]])
NAN = np.full(2, math.nan)


def test_a_decomposition_has_no_error_at_all() -> None:
    np.testing.assert_array_equal(product(U, S, V), M)
    assert svd_error(U, S, V, M) == 0.0
    assert largest_value_error(S, V, M) == 0.0


def test_accuracy_is_the_published_one_until_rounding_is_more() -> None:
    assert svd_accuracy(np.zeros((12, 8), dtype=np.float32)) == 1e-4
    assert svd_accuracy(np.zeros((3, 100), dtype=np.float32)) == pytest.approx(3000 * 2.0**-23)
    assert svd_accuracy(np.zeros((3, 100))) == 1e-4


def test_errors_are_shares_of_the_largest_entry_and_absolute_for_the_zero_matrix() -> None:
    assert scale_of(1e4 * M) == 2e4
    assert scale_of(np.zeros((2, 3))) == 1.0
    assert reconstruction_error(U, 1e4 * S * [1.0, 1.01], V, 1e4 * M) == pytest.approx(0.005)
    assert singular_value_error(np.array([0.5, 0.0]), np.zeros((2, 3))) == 0.5


def test_orthogonality_sees_lengths_angles_and_zero_columns() -> None:
    np.testing.assert_allclose(gram_residual(np.array([[1.0, 0.6], [0.0, 0.8]])), [[0.0, 0.6], [0.6, 0.0]], atol=1e-15)
    assert orthogonality_error(np.array([[2.0], [0.0]])) == 3.0
    assert orthogonality_error(np.zeros((3, 2))) == 1.0


def test_values_are_compared_without_order_and_sign_and_order_is_seen_apart() -> None:
    assert singular_value_error(np.array([1.0, -2.0]), M) == 0.0
    assert order_error(np.array([1.0, 2.0]), M) == 0.5
    assert order_error(np.array([2.0, -1.0]), M) == 0.5
    assert order_error(np.array([2.0, 2.0, 0.0, -0.0]), M) == 0.0


def test_largest_value_is_found_by_s_or_by_a_column_of_v() -> None:
    assert largest_value_error(S**2, V, M) == 0.0, "the columns of V are right"
    assert largest_value_error(S, V[:, ::-1] @ [[0.6, -0.8], [0.8, 0.6]], M) == 0.0, "S is right"
    assert largest_value_error(np.zeros(2), np.zeros((2, 2)), M) == 1.0
    assert largest_value_error(np.ones(2), np.array([[1.0], [0.0]]), M) == 0.5


def test_first_vectors_are_those_of_the_largest_entry_of_s_whatever_their_length() -> None:
    assert first_vectors_error(U, S * [1.0, 0.0], 3 * V, M) == 0.0, "the second ones do not count"
    assert first_vectors_error(U, S[::-1], V, M) == pytest.approx(0.75), "the other ones: |1 - 4| / 4"
    assert first_vectors_error(0 * U, S, V, M) == 1.0


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nan_anywhere_makes_the_error_nan(place: int) -> None:
    factors = [U.copy(), S.copy(), V.copy()]
    factors[place].flat[0] = math.nan
    assert math.isnan(svd_error(factors[0], factors[1], factors[2], M))
    assert math.isnan(largest_value_error(NAN, V, M))
    assert math.isnan(order_error(NAN, M))
    assert math.isnan(singular_value_error(NAN, M))


def test_float32_answers_are_judged_in_float64() -> None:
    big = np.full((2, 1), 1e25, dtype=np.float32)
    assert math.isfinite(orthogonality_error(big))
