"""To what small matrix Hypothesis shrinks the failures of the sample bugs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import Phase, find, settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import Student

from .bugs import BUGS
from .exam import load_properties, student_with

PROPERTIES = {one.name: one for one in load_properties()}
MOST_CALLS = 100


def shrunk(name: str) -> tuple[Array, int]:
    """Return the matrix that the bug's failure shrinks to, and how many calls that took."""
    bug, asked = BUGS[name], PROPERTIES[BUGS[name].caught_by]
    caller = student_with(calculate_inverse=bug.calculate_inverse, safe_learning_rate=bug.safe_learning_rate)

    def fails(M: Array) -> bool:
        try:
            asked.ask(Student(caller), M)
        except (PropertyFailed, GateFailed, CallFailed):
            return True
        return False

    chosen = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)
    return find(asked.family.strategy, fails, settings=chosen, random=random.Random(0)), caller.calls


@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("zeros", [[1]]),
        ("minus", [[1]]),
        ("identity", [[-1]]),
        ("signs lost", [[-1]]),
        ("the transpose of M", [[0.5]]),
        ("identity divides by zero", [[1]]),
        ("raises for a negative determinant", [[-1]]),
        ("scalar loses a dimension", [[1]]),
        ("float32 for float64", [[1]]),
        ("only the diagonal inverted", [[0, -1], [-1, 0]]),
        ("sum instead of mean", [[1, 0], [0, 1]]),
        ("factors in the wrong order", [[1, 0], [0, -1]]),
        ("loss on the other side", [[1, 0], [0, 0.5]]),
        ("momentum ignored", [[1]]),
        ("losses after the update", [[1]]),
        ("safe rate not squared", [[10000]]),
    ],
)
def test_failure_shrinks_to_the_smallest_matrix_that_shows_the_bug(name: str, smallest: list[list[float]]) -> None:
    M, calls = shrunk(name)
    np.testing.assert_array_equal(M, np.asarray(smallest, dtype=M.dtype))
    assert calls <= MOST_CALLS


@pytest.mark.parametrize("name", ["transposed", "symmetrised", "gradient without the transpose"])
def test_failure_that_needs_asymmetry_shrinks_to_two_rows_with_two_zeros(name: str) -> None:
    M, calls = shrunk(name)
    assert M.shape == (2, 2)
    assert np.count_nonzero(M) == 2
    assert calls <= MOST_CALLS
