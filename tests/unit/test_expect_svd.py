"""What each expectation of the SVD accepts, what it refuses, and what it tells the student then."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from steepest.answers import Answer, Array, CallStatus, NumbersItem, TensorItem
from steepest.errors import GateFailed, PropertyFailed
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
from steepest.expect.svd_hints import hint_for_shape
from steepest.student import Returned

M = np.array([[6.0, 8.0, 0.0], [-4.0, 3.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
U, S, Vh = np.linalg.svd(M, full_matrices=False)
V = np.ascontiguousarray(Vh.T)
SQUARE = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 4.0], [2.0, 0.0, 0.0]])
US, SS, VSh = np.linalg.svd(SQUARE)
VS = np.ascontiguousarray(VSh.T)
TURN = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])


def failure_of(expectation: Callable[[], None]) -> PropertyFailed:
    """Return how an expectation fails; the value must be NaN or beyond the bound."""
    with pytest.raises(PropertyFailed) as caught:
        expectation()
    failure = caught.value
    assert not (failure.value >= failure.bound if failure.at_least else failure.value <= failure.bound)
    return failure


def returned(*items: Array | list[float], dtype: str = "float64") -> Returned:
    """Return an answer of these tensors and lists."""
    return Returned(
        "calculate_svd",
        Answer(
            CallStatus.RETURNED,
            items=tuple(
                NumbersItem(tuple(item)) if isinstance(item, list) else TensorItem(item.shape, dtype, item)
                for item in items
            ),
        ),
    )


# ------------------------------------------------------------------------------------------------- what is accepted


def test_a_decomposition_is_accepted_with_any_signs() -> None:
    signs = np.array([-1.0, 1.0, -1.0])
    expect_svd(U, S, V, M)
    expect_svd(U * signs, S, V * signs, M)
    expect_svd(*expect_factors(returned(U, S, V, [1.0]), M), M)


def test_any_basis_of_equal_singular_values_is_accepted() -> None:
    expect_svd(TURN, np.ones(3), TURN, np.eye(3))
    expect_svd(TURN, np.zeros(3), np.eye(3), np.zeros((3, 3)))


def test_zero_may_be_negative_zero_and_rounding_may_disorder_equal_values() -> None:
    expect_ordered(np.array([1.0, 1.0 + 1e-7, -0.0, -1e-9]), np.eye(4))


def test_an_answer_on_its_way_is_accepted_and_a_finished_one_refused() -> None:
    expect_on_its_way(TURN, S, V, M[:3])
    failure = failure_of(lambda: expect_on_its_way(U, S, V, M))
    assert "not by a direct solver" in failure.help
    cut_off = S * (np.arange(3) < 1)
    assert "singular value s" in failure_of(lambda: expect_on_its_way(U, cut_off, V, M)).quantity


def test_a_slip_in_s_or_in_v_alone_counts_as_arrival_and_a_worthless_answer_does_not() -> None:
    expect_arrival(S**2, V, M)
    expect_arrival(S, np.eye(3), M)
    assert failure_of(lambda: expect_arrival(np.zeros(3), np.eye(3), M)).value > 0.1
    assert failure_of(lambda: expect_arrival(np.ones(3), np.eye(3), M)).value > 0.1


def test_losses_are_one_or_more_finite_numbers_after_the_factors() -> None:
    expect_losses(returned(U, S, V, [1.0, 0.5]))
    assert failure_of(lambda: expect_losses(returned(U, S, V, []))).value == 0
    assert failure_of(lambda: expect_losses(returned(U, S, V, [1.0, math.nan, math.inf]))).value == 2
    with pytest.raises(GateFailed, match="U, S, V and then a list of losses"):
        expect_losses(returned(U, S, V))


def test_nan_fails_every_expectation() -> None:
    nan = np.full(3, math.nan)
    failure_of(lambda: expect_ordered(nan, M))
    failure_of(lambda: expect_singular_values(nan, M))
    failure_of(lambda: expect_orthonormal("V", np.full((3, 3), math.nan), M))
    failure_of(lambda: expect_reconstruction(U, nan, V, M))
    failure_of(lambda: expect_arrival(nan, V, M))
    failure_of(lambda: expect_on_its_way(U, nan, V, M))


def test_nan_is_refused_at_the_gate_with_the_divisions_to_look_for() -> None:
    with pytest.raises(GateFailed) as caught:
        expect_factors(returned(np.where(np.arange(3) == 2, math.nan, U), S, V, [1.0]), M)
    assert "division by zero" in caught.value.help
    assert str(caught.value).startswith("got U: ")


def test_dtype_is_refused_at_the_gate() -> None:
    with pytest.raises(GateFailed) as caught:
        expect_factors(returned(U, S, V, [1.0], dtype="float32"), M)
    assert "Keep the dtype" in caught.value.help


def test_a_perfect_product_of_wrong_factors_is_refused() -> None:
    failure_of(lambda: expect_svd(M, np.ones(3), np.eye(3), M))
    expect_reconstruction(M, np.ones(3), np.eye(3), M)


# -------------------------------------------------------------------------------------------------- hints for shapes


@pytest.mark.parametrize(
    ("name", "got", "shape", "tensors", "words"),
    [
        ("S", (3, 3), (4, 3), 3, "not as a diagonal matrix"),
        ("S", (2,), (4, 3), 3, "zeros and repeated ones count, too"),
        ("S", (3, 1), (4, 3), 3, "a tensor with one dimension"),
        ("V", (3, 5), (3, 5), 3, "V transposed"),
        ("U", (4, 4), (4, 3), 3, "Keep the first k = min(m, n) = 3"),
        ("V", (5, 5), (3, 5), 3, "V[:, :k]"),
        ("U", (4, 1), (4, 3), 3, "one column for each"),
        ("U", (4,), (4, 1), 3, "squeeze()"),
        ("U", (5, 3), (3, 5), 3, "swap U and V"),
        ("U", (1, 4, 3), (4, 3), 3, "U has 4 rows"),
        ("U", (4, 3), (4, 3), 1, "Return a tuple (U, S, V, losses)"),
        ("U", (4, 3), (4, 3), 3, ""),
    ],
)
def test_hint_for_a_shape_names_the_slip(
    name: str, got: tuple[int, ...], shape: tuple[int, int], tensors: int, words: str
) -> None:
    hint = hint_for_shape(name, got, shape, returned=tensors)
    assert words in hint
    assert bool(words) == bool(hint)


# -------------------------------------------------------------------------------------------------- hints for columns


@pytest.mark.parametrize(
    ("Q", "words"),
    [
        (np.zeros((4, 3)), "U is zero"),
        (U * [1.0, 1.0, 0.0], "A column of U is zero"),
        (U[:, [0, 0, 2]], "Two columns of U are the same"),
        (U[:, [0, 0, 2]] * [1.0, -1.0, 1.0], "Two columns of U are the same"),
        (U * S, "not of length 1"),
        (M, "U is M itself"),
        (U @ (np.eye(3) + 0.01), "A small loss does not make right angles"),
        (U @ (np.eye(3) + 0.4), "Keep them orthonormal from the start"),
    ],
)
def test_hint_for_columns_names_the_slip(Q: Array, words: str) -> None:
    failure = failure_of(lambda: expect_orthonormal("U", Q, M))
    assert words in failure.help
    assert failure.heat_map is not None
    assert failure.heat_map[0] == "U'U - I"


# -------------------------------------------------------------------------------------------------- hints for products


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ((US, SS, VSh), "what you return as V is V'"),
        ((US.T, SS, VS), "what you return as U is U'"),
        ((VS, SS, US), "U and V are swapped"),
        ((US * [1, -1, 1], SS, VS), "A sign is lost"),
        ((US[:, ::-1], SS, VS[:, ::-1]), "apply its order to all three"),
        ((US, SS, VS[:, ::-1]), "apply its order to all three"),
        ((US[:, ::-1], SS, VS), "apply its order to all three"),
        ((US, SS**2, VS), "the squares of the singular values"),
        ((US, SS**0.5, VS), "the square roots"),
        ((US, SS + np.array([0.5, 0.3, 0.2]), VS), "S is not what stands there"),
        ((US, SS * 1.005, VS), "has not quite arrived"),
        ((TURN @ US, SS, VS), "Print U' M V"),
    ],
)
def test_hint_for_a_product_names_the_slip(factors: tuple[Array, Array, Array], words: str) -> None:
    failure = failure_of(lambda: expect_reconstruction(*factors, SQUARE))
    assert words in failure.help
    assert failure.heat_map is not None


def test_hint_for_a_product_names_a_lost_scale_and_a_zero() -> None:
    large = failure_of(lambda: expect_reconstruction(TURN @ TURN, np.ones(3), TURN, 100.0 * TURN))
    assert "0.01 times M" in large.help
    assert (
        "U diag(S) V' is zero" in failure_of(lambda: expect_reconstruction(TURN, np.zeros(3), TURN.T @ US, M[:3])).help
    )
    assert "zero matrix" in failure_of(lambda: expect_reconstruction(U, S, V, 0 * M)).help


# ---------------------------------------------------------------------------------------------- hints for S, its order


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (-S, "never negative"),
        (S[::-1], "S ascends"),
        (S[[1, 0, 2]], "bring the columns of U and V into the same order"),
    ],
)
def test_hint_for_the_order_names_the_slip(found: Array, words: str) -> None:
    assert words in failure_of(lambda: expect_ordered(found, M)).help


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (0 * S, "stuck at d = 0"),
        (S**2, "the squares of the singular values"),
        (S**0.5, "the square roots"),
        (np.ones(3), "S is all ones"),
        (np.full(3, S[0]), "repeats the largest singular value"),
        (S * [1, 0, 0], "Only the first singular value"),
        (np.abs(np.diag(M)), "S is the diagonal of M"),
        (1e-3 * S, "S is 0.001 times what it should be"),
        (S + 0.1, "has not arrived"),
        (S[0] * np.array([0.8, 0.7, 0.6]), "S[i] is the length of M v"),
    ],
)
def test_hint_for_the_values_names_the_slip(found: Array, words: str) -> None:
    assert words in failure_of(lambda: expect_singular_values(found, M)).help


def test_hint_for_the_values_knows_the_symmetric_part_and_the_zero_matrix() -> None:
    found = np.abs(np.linalg.eigvalsh((SQUARE + SQUARE.T) / 2.0))
    assert "(M + M') / 2" in failure_of(lambda: expect_singular_values(found, SQUARE)).help
    assert "zero matrix" in failure_of(lambda: expect_singular_values(S, 0 * M)).help
