"""Every bug loses the property that it breaks, in every exam, and has a small public counterexample."""

from __future__ import annotations

import pytest
from hypothesis import settings

from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import Student

from ..caller import InProcessCaller
from ..exam import Failure, student_with, take_exam
from .asked import DESCENT, PROPERTIES, earned
from .bugs import BUGS, Bug
from .honest import Function, formula

DEAR = {"Adam leaves the row space", "loss of A X A"}
"""Bugs whose exams take seconds; the ``explore`` profile tries them on as many exams as the others."""

ONLY_LARGE = {
    "rate from the largest entry": 81,
    "stops above 8 rows": 81,
    "direct solver": 100,
    "direct solver in float64": 100,
    "normal equations, direct": 100,
    "steps ignored": 100,
    "0 taken for None": 100,
    "rcond relative to the Frobenius norm": 36,
    "rcond relative to the bound of the norm": 36,
    "rcond relative to the largest entry": 16,
    "no cutoff by default": 20,
}
"""Bugs that no matrix with few entries can show, and how many entries it takes at most."""

EXPLORING = settings.get_current_profile_name() == "explore"
SEEDS = range(20) if EXPLORING else range(2)


def caller_with(bug: Bug) -> InProcessCaller:
    return student_with(calculate_pinverse=bug.calculate_pinverse, pinverse_gradient=bug.pinverse_gradient)


def failures_of(bug: Bug, seed: int = 0) -> dict[str, Failure]:
    return take_exam(tuple(PROPERTIES.values()), caller_with(bug), seed)


def test_solution_that_the_bugs_grow_from_is_correct() -> None:
    assert failures_of(Bug("")) == {}


@pytest.mark.parametrize("name", BUGS)
def test_bug_loses_the_property_that_it_breaks_in_every_exam(name: str) -> None:
    bug = BUGS[name]
    for seed in SEEDS[:1] if name in DEAR and not EXPLORING else SEEDS:
        assert bug.caught_by in take_exam((PROPERTIES[bug.caught_by],), caller_with(bug), seed)


@pytest.mark.parametrize("name", [name for name in BUGS if name != "no cutoff by default"])
def test_bug_has_a_small_public_counterexample(name: str) -> None:
    asked, student = PROPERTIES[BUGS[name].caught_by], Student(caller_with(BUGS[name]))
    for A in asked.family.ladder:
        try:
            asked.ask(student, A)
        except (PropertyFailed, GateFailed, CallFailed):
            assert A.size <= ONLY_LARGE.get(name, 9)
            return
    pytest.fail("no public matrix shows the bug")


def lost(name: str, *, of: str = "condition") -> set[str]:
    """Return the properties of the four conditions that a bug loses."""
    return {failed for failed in failures_of(BUGS[name]) if failed.endswith(of)}


def test_random_start_loses_the_symmetry_on_its_own_side_and_keeps_the_other() -> None:
    assert lost("random start, right residual") == {"second_condition", "fourth_condition"}
    assert lost("random start, left residual") == {"second_condition", "third_condition"}


@pytest.mark.parametrize("name", ["zeros", "ones", "the transpose of A", "minus", "huge", "NaN", "A itself"])
def test_worthless_answer_earns_nothing_but_shape_and_unchanged_arguments(name: str) -> None:
    assert earned(failures_of(BUGS[name]), "calculate_pinverse", "rcond", "batches") <= 2


@pytest.mark.parametrize(
    "name", ["direct solver", "direct solver in float64", "normal equations, direct", "steps ignored"]
)
def test_direct_solver_keeps_no_points_for_its_values(name: str) -> None:
    failures = failures_of(BUGS[name])
    assert DESCENT in failures
    assert earned(failures, "calculate_pinverse", "rcond", "batches") == 2


def test_gradient_is_graded_without_calculate_pinverse_and_the_other_way_round() -> None:
    def raises(*arguments: object, **options: object) -> object:
        raise NotImplementedError

    alone = take_exam(tuple(PROPERTIES.values()), student_with(pinverse_gradient=formula), 0)
    assert earned(alone) == 8
    with_template: Function = raises  # type: ignore[assignment]
    template = failures_of(Bug("", with_template, with_template))
    assert earned(template) == 0
