"""To what small matrix Hypothesis shrinks the failures of the sample bugs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import Phase, find, settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import Student

from .asked import PROPERTIES
from .bugs import BUGS
from .test_pinverse_bugs import caller_with

MOST_CALLS = 120


def shrunk(name: str) -> tuple[Array, int]:
    """Return the matrix that the bug's failure shrinks to, and how many calls that took."""
    asked, caller = PROPERTIES[BUGS[name].caught_by], caller_with(BUGS[name])

    def fails(A: Array) -> bool:
        try:
            asked.ask(Student(caller), A)
        except (PropertyFailed, GateFailed, CallFailed):
            return True
        return False

    chosen = settings(max_examples=100, phases=[Phase.generate, Phase.shrink], database=None, deadline=None)
    return find(asked.family.strategy, fails, settings=chosen, random=random.Random(0)), caller.calls


@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("zeros", [[1]]),
        ("the transpose of A", [[0.5]]),
        ("signs lost", [[-1, 0]]),
        ("shape of A", [[1, 0]]),
        ("random start, left residual", [[1], [0]]),
        ("random start, right residual", [[1, 0]]),
        ("random start, zero matrix", [[0]]),
        ("zero gives NaN", [[0]]),
        ("float32 for float64", [[1]]),
        ("rcond ignored", [[1, 0], [0, 1 / 8]]),
        ("rcond absolute", [[1e3, 0], [0, 125]]),
        ("Tikhonov instead of a cut", [[1, 0], [0, 1 / 8]]),
        ("only two dimensions", [[[1]]]),
        ("first of the batch for all", [[[1]], [[-1]]]),
        ("one step size for the batch", [[[1]], [[-1e-4]]]),
        ("stack of nothing", np.zeros((0, 1, 1))),
        ("cutoff of the whole batch", [[[1, 0], [0, 1 / 8]], [[1e-2, 0], [0, 1.25e-3]]]),
        ("gradient without the second term", [[1], [0]]),
        ("gradient without the third term", [[1, 0]]),
    ],
)
def test_failure_shrinks_to_the_smallest_matrix_that_shows_the_bug(name: str, smallest: object) -> None:
    A, calls = shrunk(name)
    np.testing.assert_array_equal(A, np.asarray(smallest, dtype=A.dtype))
    assert calls <= MOST_CALLS
