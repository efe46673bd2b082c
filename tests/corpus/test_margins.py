"""No right solution comes within a factor of ten of a bound (svd: three), in a small sample of all there are."""

from __future__ import annotations

import pytest

from .margins import Closest, margins
from .mutants import CORPUS

SAMPLE = {
    "gradients": ("loops_over_entries", 10),
    "indicator": ("safe_lengths_and_slices", 10),
    "svd": ("one_sided_jacobi", 3),
}
COUNTED_EXACTLY = {"the number of losses", "the largest similarity"}
"""Bounds that a right value may touch: counts, and 1 with a little room above it."""


@pytest.mark.parametrize("assignment", SAMPLE)
def test_a_right_solution_stays_away_from_each_bound(assignment: str) -> None:
    name, least = SAMPLE[assignment]
    found = margins(assignment, [1], [CORPUS / assignment / "wheats" / f"{name}.py"]).found
    assert len(found) >= 5
    upper = {quantity: row for (quantity, at_least), row in found.items() if not at_least}
    assert {name: row for name, row in upper.items() if row[0] < least}.keys() <= COUNTED_EXACTLY


def test_the_closest_value_is_kept_with_whose_it_is() -> None:
    closest = Closest()
    for whose, value in (("a", 0.5), ("b", 0.9), ("c", 0.1)):
        closest.whose = whose
        closest.see("error of A[1]", value, 1.0, at_least=False)
        closest.see("share", value, 0.1, at_least=True)
    assert closest.found["error", False][3] == "b"
    assert closest.found["share", True][3] == "c"
