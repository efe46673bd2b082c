"""What the expectations of ``indicator`` accept, what they refuse, and what they tell the student then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.answers import Answer, Array, CallStatus, TensorItem
from steepest.errors import GateFailed, PropertyFailed
from steepest.expect.indicator import (
    expect_least_error,
    expect_like_similarity,
    expect_low_rank,
    expect_shortest,
    expect_similarity,
    similarity_of,
    solution_of,
)
from steepest.linalg.indicator import excess, shortest_solution, spread, truncated, waste, word_similarity
from steepest.student import Returned

M = np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 1, 0], [0, 1, 0, 0]])
FULL = M[:, :3]
Y = np.array([1.0, 2, 3, 4, 5])
COUNTS = FULL.sum(axis=0)


def failure_of(expectation: Callable[[], None]) -> PropertyFailed:
    """Return how an expectation fails."""
    with pytest.raises(PropertyFailed) as caught:
        expectation()
    return caught.value


def returned(array: Array) -> Returned:
    return Returned("f", Answer(CallStatus.RETURNED, (TensorItem(array.shape, array.dtype.name, array),)))


# ------------------------------------------------------------------------------------------------------ measures


def test_similarity_of_words_is_worked_out_by_hand() -> None:
    C = word_similarity(np.array([[1.0, 1, 0], [0, 1, 0]]))
    np.testing.assert_allclose(C, [[1, 0.5**0.5, 0], [0.5**0.5, 1, 0], [0, 0, 0]], atol=1e-12)


def test_excess_is_zero_for_each_nearest_matrix_and_positive_for_others() -> None:
    twice = np.eye(2)
    for A in (np.diag([1.0, 0.0]), np.diag([0.0, 1.0]), np.full((2, 2), 0.5)):
        assert excess(A, twice, 1) == pytest.approx(0.0, abs=1e-12)
    assert excess(np.zeros((2, 2)), twice, 1) == pytest.approx(0.5)
    assert excess(np.zeros((2, 2)), np.zeros((2, 2)), 1) == 0.0


def test_waste_is_the_share_of_x_that_does_nothing() -> None:
    assert waste(np.array([3.0, 4.0]), np.array([[1.0, 0.0]])) == pytest.approx(0.8)
    assert waste(np.zeros(2), np.array([[1.0, 0.0]])) == 0.0


def test_spread_leaves_out_what_is_zero() -> None:
    assert spread(np.diag([4.0, 2.0, 0.0])) == pytest.approx(2.0)
    assert spread(np.zeros((2, 3))) == 1.0


# ---------------------------------------------------------------------------------------------------------- gates


@pytest.mark.parametrize(
    ("array", "word"),
    [
        (np.ones((5, 5)), "not its rows"),
        (np.full((4, 4), np.nan), "0 / 0"),
        (np.ones((4, 3)), "shape"),
        (np.ones((4, 4), dtype=np.float32), "dtype"),
    ],
)
def test_wrong_kind_of_similarity_is_told_why(array: Array, word: str) -> None:
    with pytest.raises(GateFailed) as caught:
        similarity_of(returned(array), M)
    assert word in caught.value.help


@pytest.mark.parametrize(
    ("array", "word"), [(np.ones(5), "one entry"), (np.ones((4, 1)), "one entry"), (np.ones(7), "shape")]
)
def test_wrong_kind_of_solution_is_told_why(array: Array, word: str) -> None:
    with pytest.raises(GateFailed) as caught:
        solution_of(returned(array), M)
    assert word in caught.value.help


# ------------------------------------------------------------------------------------------------------ similarity


def test_right_similarity_is_accepted() -> None:
    expect_similarity(word_similarity(M), M)
    expect_like_similarity(word_similarity(FULL), FULL)


@pytest.mark.parametrize(
    ("C", "word"),
    [
        (FULL.T @ FULL, "products"),
        (FULL.T @ FULL / 5, "number of documents"),
        (FULL.T @ FULL / np.outer(COUNTS, COUNTS), "squared"),
        (FULL.T @ FULL / COUNTS, "both"),
        (1 - word_similarity(FULL), "distance"),
        (word_similarity(FULL - FULL.mean(axis=0)), "mean"),
        (np.full((3, 3), 0.3), "paper"),
    ],
)
def test_wrong_similarity_is_told_the_likely_slip(C: Array, word: str) -> None:
    assert word in failure_of(lambda: expect_similarity(C, FULL)).help


@pytest.mark.parametrize(
    ("C", "word"),
    [
        (FULL.T @ FULL / COUNTS, "C - C'"),
        (FULL.T @ FULL, "C[i, i]"),
        (np.eye(3), "least similarity"),
        (word_similarity(FULL - FULL.mean(axis=0)), "least similarity"),
    ],
)
def test_what_is_no_similarity_is_told_which_rule_it_breaks(C: Array, word: str) -> None:
    assert word in failure_of(lambda: expect_like_similarity(C, FULL)).quantity


def test_words_that_never_meet_are_not_similar() -> None:
    apart = np.eye(2)
    assert "share no document" in failure_of(lambda: expect_like_similarity(np.ones((2, 2)), apart)).quantity


# -------------------------------------------------------------------------------------------------------- low rank


@pytest.mark.parametrize("k", range(5))
def test_truncation_is_accepted_for_every_rank(k: int) -> None:
    expect_low_rank(truncated(M, k), M, k)


@pytest.mark.parametrize(
    ("A", "word"),
    [
        (M, "M itself"),
        (truncated(M, 1), "only 1 part instead of 2"),
        (M - truncated(M, 2), "left over"),
        (M * np.array([1, 1, 0, 0]), "first k words"),
        (np.zeros_like(M), "zero everywhere"),
        (0.9 * truncated(M, 2), "another matrix"),
    ],
)
def test_wrong_matrix_of_rank_two_is_told_the_likely_slip(A: Array, word: str) -> None:
    assert word in failure_of(lambda: expect_low_rank(A, M, 2)).help


# --------------------------------------------------------------------------------------------------- least squares


def test_shortest_solution_is_accepted_and_any_solution_has_the_least_error() -> None:
    x = shortest_solution(M, Y)
    expect_shortest(x, M, Y)
    expect_least_error(x + np.array([0, 0, 0, 5.0]), M, Y)


def test_longer_solution_is_told_that_it_is_longer() -> None:
    failure = failure_of(lambda: expect_shortest(shortest_solution(M, Y) + np.array([0, 0, 0, 5.0]), M, Y))
    assert "longer" in failure.help
    assert "sends to zero" in failure.quantity


@pytest.mark.parametrize(
    ("x", "word"),
    [
        (np.zeros(4), "zero"),
        (M.T @ Y, "inverse"),
        (-shortest_solution(M, Y), "sign"),
        (np.linalg.solve(M.T @ M + np.eye(4), M.T @ Y), "lambda"),
        (np.array([1.0, 2, 3, 4]), "M' (M x - y) = 0"),
    ],
)
def test_wrong_solution_is_told_the_likely_slip(x: Array, word: str) -> None:
    assert word in failure_of(lambda: expect_shortest(x, M, Y)).help
    failure_of(lambda: expect_least_error(x, M, Y))
