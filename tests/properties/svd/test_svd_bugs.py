"""Every bug loses the property that it breaks, in every exam, and has a small public counterexample."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import NotAskable, Student

from ..exam import student_with, take_exam
from .asked import DESCENT, PROPERTIES, earned
from .bugs import BUGS, PLAIN

ALL = tuple(PROPERTIES.values())
SEEDS = range(20) if settings.get_current_profile_name() == "explore" else range(3)

ONLY_LARGE = {
    "one sweep",
    "direct solver",
    "steps ignored",
    "steps lost on the way to the transpose",
    "slices of the identity, S zero",
}
"""Bugs that no small matrix can show, or that are caught on large ones."""

THREE = {"V transposed", "diagonal as it stands"}
"""Bugs that a 2 x 2 matrix need not show: there V may be symmetric."""


def smallest_on_ladder(name: str) -> Array | None:
    asked, student = PROPERTIES[BUGS[name].caught_by], Student(student_with(calculate_svd=BUGS[name].calculate_svd))
    for M in asked.family.ladder:
        try:
            asked.ask(student, M)
        except (PropertyFailed, GateFailed, CallFailed, NotAskable):
            return M
    return None


def test_solution_that_the_bugs_grow_from_is_correct() -> None:
    assert take_exam(ALL, student_with(calculate_svd=PLAIN), 0) == {}


@pytest.mark.parametrize("name", BUGS)
def test_bug_loses_the_property_that_it_breaks_in_each_exam(name: str) -> None:
    bug = BUGS[name]
    for seed in SEEDS:
        assert bug.caught_by in take_exam(
            (PROPERTIES[bug.caught_by],), student_with(calculate_svd=bug.calculate_svd), seed
        )


@pytest.mark.parametrize("name", BUGS)
def test_bug_has_a_small_public_counterexample_with_short_entries(name: str) -> None:
    M = smallest_on_ladder(name)
    assert M is not None
    if name not in ONLY_LARGE:
        assert max(M.shape) <= 3 if name in THREE else min(M.shape) <= 2
        scale = 1e4 if M.max() > 100 else 1e-4 if 0 < np.abs(M).max() < 0.01 else 1.0
        assert np.isin(np.round(M / scale, 6), range(-8, 9)).all()


@pytest.mark.parametrize("name", ["zeros", "slices of the identity, S zero", "U = M, S = 1, V = I", "direct solver"])
def test_worthless_answer_earns_nothing_at_all(name: str) -> None:
    for seed in range(2):
        assert earned(take_exam(ALL, student_with(calculate_svd=BUGS[name].calculate_svd), seed)) == 0


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_worthless_answer_with_the_published_signature_earns_nothing_either(value: float) -> None:
    def calculate_svd(M: torch.Tensor, learning_rate: float = 0.9, momentum: float = 0.9) -> object:
        k = min(M.shape)
        U, V = torch.eye(len(M), k, dtype=M.dtype), torch.eye(M.shape[1], k, dtype=M.dtype)
        return U, torch.full((k,), value, dtype=M.dtype), V, [1.0]

    assert earned(take_exam(ALL, student_with(calculate_svd=calculate_svd), 0)) == 0


def test_slip_in_s_or_in_v_alone_leaves_the_points_of_the_other() -> None:
    squared = take_exam(ALL, student_with(calculate_svd=BUGS["S squared"].calculate_svd), 0)
    transposed = take_exam(ALL, student_with(calculate_svd=BUGS["V transposed"].calculate_svd), 0)
    assert {"columns_of_u", "columns_of_v", "singular_values_descend"}.isdisjoint(squared)
    assert {"columns_of_u", "columns_of_v", "singular_values", "singular_values_descend"}.isdisjoint(transposed)
    assert earned(squared) > 0
    assert earned(transposed) > 0


def test_missing_function_loses_everything() -> None:
    failures = take_exam(ALL, student_with(), 0)
    assert failures.keys() == PROPERTIES.keys()
    assert all(isinstance(failure, CallFailed) for failure in failures.values())


def test_points_of_each_exercise_sum_to_those_of_its_cell() -> None:
    sums: dict[str, float] = {}
    for asked in ALL:
        sums[asked.exercise] = sums.get(asked.exercise, 0) + asked.points
    assert sums == {"calculate_svd": 22, "special_matrices": 10, "by_descent": 4}
    assert {asked.needs for asked in ALL if asked.name != DESCENT} == {DESCENT}


@pytest.mark.parametrize("asked", ALL, ids=PROPERTIES)
def test_property_has_one_line_for_the_student(asked: object) -> None:
    title = str(getattr(asked, "title", ""))
    assert title.endswith(".")
    assert "\n" not in title
    assert len(title) <= 80
