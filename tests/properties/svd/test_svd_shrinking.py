"""To what small matrix Hypothesis shrinks the failures of the sample bugs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import Phase, find, settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import Student

from ..exam import student_with
from .asked import PROPERTIES
from .bugs import BUGS

MOST_CALLS = 100


def shrunk(name: str) -> tuple[Array, int]:
    """Return the matrix that the bug's failure shrinks to, and how many calls that took."""
    bug, asked = BUGS[name], PROPERTIES[BUGS[name].caught_by]
    caller = student_with(calculate_svd=bug.calculate_svd)

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
        ("S negative", [[1]]),
        ("S as a matrix", [[1]]),
        ("S squared", [[0.5]]),
        ("U = M, S = 1, V = I", [[0.5]]),
        ("S ascends", [[1, 0], [0, 0.5]]),
        ("only S is sorted", [[1, 0], [0, 0.5]]),
        ("zero columns in U", [[1, 0], [0, 0]]),
        ("NaN for the zero matrix", [[0]]),
        ("equal singular values once", [[1, 0], [0, 1]]),
        ("divides by the product of the columns", [[1, 0], [0, 1]]),
        ("square matrices only", [[1], [0]]),
        ("full matrices", [[1], [0]]),
        ("Vh for V where wide", [[1, 0]]),
        ("sign of a number lost", [[-1]]),
        ("float32 for float64", [[1]]),
        ("scale lost", [[10000]]),
    ],
)
def test_failure_shrinks_to_the_smallest_matrix_that_shows_the_bug(name: str, smallest: list[list[float]]) -> None:
    M, calls = shrunk(name)
    np.testing.assert_array_equal(M, np.asarray(smallest, dtype=M.dtype))
    assert calls <= MOST_CALLS
