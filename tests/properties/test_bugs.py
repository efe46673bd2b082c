"""Every bug loses the property that it breaks, in every exam, and has a small public counterexample."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import NotAskable, Student

from .bugs import BUGS, PLAIN, Bug
from .caller import InProcessCaller
from .exam import load_properties, student_with, take_exam

PROPERTIES = {one.name: one for one in load_properties()}

ONLY_LARGE = {
    "raises above n = 5",
    "too few steps for large n",
    "direct solver",
    "direct solver, cut off at the steps",
    "direct solver where not watched",
    "rate from the largest entry",
    "safe rate from the largest entry",
}
"""Bugs that no matrix with one or two rows can show."""


def caller_with(bug: Bug) -> InProcessCaller:
    return student_with(calculate_inverse=bug.calculate_inverse, safe_learning_rate=bug.safe_learning_rate)


def smallest_on_ladder(bug: Bug) -> Array | None:
    asked, student = PROPERTIES[bug.caught_by], Student(caller_with(bug))
    for M in asked.family.ladder:
        try:
            asked.ask(student, M)
        except (PropertyFailed, GateFailed, CallFailed, NotAskable):
            return M
    return None


def test_solution_that_the_bugs_grow_from_is_correct() -> None:
    assert take_exam(tuple(PROPERTIES.values()), caller_with(Bug("", PLAIN)), 0) == {}


@pytest.mark.parametrize("name", BUGS)
def test_bug_loses_the_property_that_it_breaks_in_each_of_three_exams(name: str) -> None:
    bug = BUGS[name]
    for seed in range(3):
        assert bug.caught_by in take_exam((PROPERTIES[bug.caught_by],), caller_with(bug), seed)


@pytest.mark.parametrize("name", BUGS)
def test_bug_has_a_public_counterexample_of_at_most_two_rows(name: str) -> None:
    M = smallest_on_ladder(BUGS[name])
    assert M is not None
    assert len(M) <= 2 or name in ONLY_LARGE
    scale = float(np.abs(M).max())
    assert len(M) > 2 or np.isin(np.round(M / scale, 6), [-1, -0.5, 0, 0.5, 1]).all()


def test_direct_solver_loses_every_property_of_how_but_none_of_what() -> None:
    failures = take_exam(tuple(PROPERTIES.values()), caller_with(BUGS["direct solver"]), 0)
    lost = {name for name in failures if PROPERTIES[name].exercise == "calculate_inverse"}
    assert lost == {"three_steps_are_only_three_steps", "one_update", "three_updates_with_momentum", "losses"}
    assert {name for name in failures if PROPERTIES[name].exercise == "convergence"} == {
        name for name, asked in PROPERTIES.items() if asked.exercise == "convergence"
    }


def test_missing_function_loses_every_property_that_calls_it() -> None:
    failures = take_exam(
        tuple(PROPERTIES.values()), student_with(safe_learning_rate=BUGS["zeros"].safe_learning_rate), 0
    )
    assert {PROPERTIES[name].exercise for name in failures} == {"calculate_inverse", "convergence"}
    assert all(isinstance(failure, CallFailed) for failure in failures.values())
