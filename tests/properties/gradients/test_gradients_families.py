"""What the families of ``gradients`` promise, and to what small pair a bug shrinks."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.linalg import gradient, max_abs
from steepest.linalg.gradients import gradient_terms, mse_gradient
from steepest.strategies import FAMILIES, Family, family_of, gradients
from steepest.student import Student

from ..exam import exam_matrices, load_properties, student_with
from .bugs import BUGS

PATH = Path(__file__).parents[3] / "assignments" / "gradients" / "test_gradients.py"
PROPERTIES = {one.name: one for one in load_properties(PATH)}
ALL = pytest.mark.parametrize("family", gradients.FAMILIES, ids=lambda family: family.name)
SEARCH = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)
DIMENSIONS = {"scalar_pairs": 1, "vector_pairs": 2}


def assert_member(pair: Array, family: Family) -> None:
    """Assert what every pair of the family promises."""
    assert pair.dtype == (np.float64 if family.name.startswith("float64") else np.float32)
    assert pair.flags.c_contiguous
    assert pair.ndim == DIMENSIONS.get(family.name, 3)
    assert len(pair) == 2
    assert max(pair.shape) <= 5
    if family.name.endswith("guesses"):
        assert pair.shape[1] == pair.shape[2]
    if family.name == "one_by_one_guesses":
        assert pair.shape == (2, 1, 1)


@ALL
def test_explored_pairs_keep_the_promise(family: Family) -> None:
    @settings(max_examples=40)
    @given(family.strategy)
    def explore(pair: Array) -> None:
        assert_member(pair, family)

    explore()


@ALL
def test_drawn_and_public_pairs_keep_the_promise_and_have_a_derivative(family: Family) -> None:
    for seed in range(20):
        for pair in exam_matrices(family, seed):
            assert_member(pair, family)
            first, second = pair
            if family.name.endswith("guesses"):
                assert max_abs(gradient(first, second)) > 0.01 * gradient_terms(first, second)
            else:
                assert max_abs(mse_gradient(np.asarray(first), np.asarray(second))) > 0
    for pair in family.ladder:
        assert_member(pair, family)


@pytest.mark.parametrize("name", ["guesses", "scaled_guesses", "float64_guesses"])
def test_exam_of_guesses_holds_a_matrix_that_does_not_commute_with_its_guess(name: str) -> None:
    for seed in range(20):
        gaps = [max_abs(X @ M - M @ X) / max_abs(X @ M) for X, M in exam_matrices(FAMILIES[name], seed)]
        assert max(gaps) > 0.1


@ALL
def test_strategy_is_one_object_that_names_its_family(family: Family) -> None:
    public = getattr(gradients, family.name)
    assert public() is public()
    assert family_of(public()) is family


@ALL
def test_strategy_shrinks_to_zeros_of_the_smallest_shape(family: Family) -> None:
    pair = find(family.strategy, lambda pair: True, settings=SEARCH, random=random.Random(0))
    assert not pair.any()
    assert pair.size == 2


def shrunk(name: str) -> Array:
    """Return the pair that the bug's failure shrinks to."""
    bug, asked = BUGS[name], PROPERTIES[BUGS[name].caught_by]
    student = Student(student_with(**bug.student))

    def fails(pair: Array) -> bool:
        try:
            asked.ask(student, pair)
        except (PropertyFailed, GateFailed, CallFailed):
            return True
        return False

    return find(asked.family.strategy, fails, settings=SEARCH, random=random.Random(0))


@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("zero", [0, 1]),
        ("half", [0, 1]),
        ("wrong sign", [0, 1]),
        ("sum of squares", [[0, 0], [0, 1]]),
        ("over the rows only", [[[0, 0]], [[0, 1]]]),
        ("no identity", [[[0]], [[0]]]),
        ("no factor 2 in the gradient", [[[0]], [[1]]]),
        ("X itself", [[[0]], [[1]]]),
        ("swapped", [[[0]], [[1]]]),
    ],
)
def test_failure_shrinks_to_the_smallest_pair_that_shows_the_bug(name: str, smallest: list[object]) -> None:
    np.testing.assert_array_equal(shrunk(name), np.asarray(smallest, dtype=np.float32))


@pytest.mark.parametrize("name", ["no transpose", "wrong order", "with respect to M"])
def test_failure_that_needs_asymmetry_shrinks_to_two_rows_of_one_digit(name: str) -> None:
    pair = shrunk(name)
    assert pair.size <= 8
    assert np.count_nonzero(pair) <= 3
