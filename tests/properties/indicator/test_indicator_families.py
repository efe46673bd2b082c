"""What the families of ``indicator`` promise, and to what small matrix a bug shrinks."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.linalg.indicator import rank, spread
from steepest.strategies import Family, family_of, indicator
from steepest.student import Student

from ..exam import exam_matrices, load_properties, student_with
from .bugs import BUGS

PATH = Path(__file__).parents[3] / "assignments" / "indicator" / "test_indicator.py"
PROPERTIES = {one.name: one for one in load_properties(PATH)}
ALL = pytest.mark.parametrize("family", indicator.FAMILIES, ids=lambda family: family.name)
SEARCH = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)


def assert_member(M: Array, family: Family) -> None:
    """Assert what every matrix of the family promises."""
    documents, words = M.shape
    assert M.dtype == (np.float64 if family.name == "float64_indicators" else np.float32)
    assert M.flags.c_contiguous
    assert np.isin(M, [0, 1]).all()
    assert spread(M) <= indicator.WIDEST_SPREAD
    match family.name:
        case "indicators":
            assert rank(M) == words <= documents
        case "wide_indicators":
            assert rank(M) == documents <= words
        case "indicators_with_gaps":
            assert not (M.any(axis=0).all() and M.any(axis=1).all())
        case "indicators_with_copies":
            assert rank(M) < min(M.shape)
        case "single_indicators":
            assert min(M.shape) == 1
        case "large_indicators":
            assert min(M.shape) >= 8
            assert max(M.shape) <= 12


@ALL
def test_explored_matrices_keep_the_promise(family: Family) -> None:
    @settings(max_examples=40)
    @given(family.strategy)
    def explore(M: Array) -> None:
        assert_member(M, family)

    explore()


@ALL
def test_drawn_and_public_matrices_keep_the_promise(family: Family) -> None:
    for seed in range(20):
        for M in exam_matrices(family, seed):
            assert_member(M, family)
    for M in family.ladder:
        assert_member(M, family)


def test_exam_with_gaps_holds_an_empty_word_beside_others_and_a_matrix_of_zeros() -> None:
    for seed in range(5):
        matrices = exam_matrices(indicator.GAPS, seed)
        assert any(not M.any() for M in matrices)
        assert sum(bool(M.any() and not M.any(axis=0).all() and not M.any(axis=1).all()) for M in matrices) >= 3


@ALL
def test_strategy_is_one_object_that_names_its_family(family: Family) -> None:
    public = getattr(indicator, family.name)
    assert public() is public()
    assert family_of(public()) is family


def shrunk(name: str) -> Array:
    """Return the matrix that the bug's failure shrinks to."""
    bug, asked = BUGS[name], PROPERTIES[BUGS[name].caught_by]
    student = Student(student_with(**bug.student))

    def fails(M: Array) -> bool:
        try:
            asked.ask(student, M)
        except (PropertyFailed, GateFailed, CallFailed):
            return True
        return False

    return find(asked.family.strategy, fails, settings=SEARCH, random=random.Random(0))


@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("zeros", [[1]]),
        ("products only", [[1], [1]]),
        ("documents for words", [[0], [1]]),
        ("nan for empty words", [[0, 0], [0, 0]]),
        ("empty word like itself", [[0, 0], [0, 0]]),
        ("M itself", [[0, 1], [1, 0]]),
        ("nothing", [[1]]),
        ("x = 0", [[1]]),
        ("minus", [[1]]),
        ("not the shortest", [[0, 1]]),
    ],
)
def test_failure_shrinks_to_the_smallest_matrix_that_shows_the_bug(name: str, smallest: list[list[int]]) -> None:
    np.testing.assert_array_equal(shrunk(name), np.asarray(smallest, dtype=np.float32))


@pytest.mark.parametrize("name", ["Jaccard", "word by word", "normal equations solved", "one part more"])
def test_other_failures_shrink_to_six_entries_or_fewer(name: str) -> None:
    assert shrunk(name).size <= 6
