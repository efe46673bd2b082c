"""No correct pseudo-inverse loses a point, whatever its style."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from torch import Tensor

from steepest.answers import Array
from steepest.student import NotAskable, Student

from ..exam import Failure, Property, student_with, take_exam
from .asked import DESCENT, PROPERTIES, earned
from .honest import STYLES, Function, formula
from .margins import LEAST, ON_THE_WAY, worst

DEAR = {
    *("LBFGS", "LBFGS, 20 inner", "Nesterov by autograd", "fading ridge", "exact line search, scaled"),
    *("column by column", "side by shape", "heavy ball from A'", "random start in the row space"),
}
"""Styles whose exam takes a second or more, and that have a cheaper relative; ``explore`` runs them, too."""

EXPLORING = settings.get_current_profile_name() == "explore"
SEEDS = range(20) if EXPLORING else range(1)
RUN = [style for style in STYLES if EXPLORING or style not in DEAR]
CLOSER = {"LBFGS, 20 inner": 5}
"""Styles that come closer than a factor of ten: this one stops when float32 shows it no more progress."""

QUICK = ("double steps in float64", "Newton-Schulz, early stop", "conjugate gradients")


def exam_of(calculate_pinverse: Function, gradient: Function = formula, seed: int = 0) -> dict[str, Failure]:
    caller = student_with(calculate_pinverse=calculate_pinverse, pinverse_gradient=gradient)
    return take_exam(tuple(PROPERTIES.values()), caller, seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("style", RUN)
def test_correct_solution_passes_every_property(style: str, seed: int) -> None:
    assert exam_of(*STYLES[style], seed=seed) == {}


def test_no_honest_residual_comes_within_a_factor_of_ten_of_its_bound() -> None:
    styles = RUN if EXPLORING else (*QUICK, "deflation by ascent")
    for name, (value, style) in worst(styles, SEEDS).items():
        if name == ON_THE_WAY:
            assert value >= 2 * LEAST, style
        else:
            assert value <= 1 / CLOSER.get(style, 10), (name, style)


def test_function_without_rcond_and_steps_keeps_what_can_be_asked() -> None:
    def calculate_pinverse(A: Tensor) -> Tensor:
        found: Tensor = STYLES["double steps in float64"][0](A)
        return found

    failures = exam_of(calculate_pinverse)
    assert failures.keys() == {
        DESCENT,
        "no_steps_are_no_steps",
        "rcond_cuts",
        "rcond_is_relative",
        "small_rcond_cuts_nothing",
        "rcond_in_batches",
    }
    assert all(isinstance(failure, NotAskable) for failure in failures.values())
    assert earned(failures) == 46 - 3 - 1 - 6 - 2


def test_function_for_single_matrices_loses_the_batches_only() -> None:
    def calculate_pinverse(A: Tensor, rcond: float | None = None, steps: int | None = None) -> Tensor:
        if A.dim() != 2:
            raise ValueError("one matrix at a time")
        found: Tensor = STYLES["double steps in float64"][0](A, rcond, steps)
        return found

    failures = exam_of(calculate_pinverse)
    assert {PROPERTIES[name].exercise for name in failures} == {"batches"}
    assert earned(failures, "batches") == 0
    assert earned(failures) == 38


def test_points_sum_to_those_of_the_cells() -> None:
    sums: dict[str, float] = {}
    for one in PROPERTIES.values():
        sums[one.exercise] = sums.get(one.exercise, 0) + one.points
    assert sums == {"calculate_pinverse": 24, "rcond": 6, "batches": 8, "pinverse_gradient": 8}


def test_exam_asks_about_43_matrices_and_two_i() -> None:
    calculate_pinverse, gradient = STYLES["double steps in float64"]
    caller = student_with(calculate_pinverse=calculate_pinverse, pinverse_gradient=gradient)
    take_exam(tuple(PROPERTIES.values()), caller, 1)
    assert {name: len(matrices) for name, matrices in caller.matrices.items()} == {
        "calculate_pinverse": 43,
        "pinverse_gradient": 31,
    }
    assert caller.calls == 77, "three matrices are asked once more, with an rcond"


@pytest.mark.parametrize("asked", PROPERTIES.values(), ids=PROPERTIES)
def test_correct_solution_passes_on_every_public_matrix(asked: Property) -> None:
    for style in QUICK:
        calculate_pinverse, gradient = STYLES[style]
        student = Student(student_with(calculate_pinverse=calculate_pinverse, pinverse_gradient=gradient))
        for A in (*asked.family.ladder, *asked.family.specials):
            asked.ask(student, A)


@pytest.mark.parametrize("asked", PROPERTIES.values(), ids=PROPERTIES)
def test_correct_solution_passes_on_what_hypothesis_explores(asked: Property) -> None:
    calculate_pinverse, gradient = STYLES["double steps in float64"]
    student = Student(student_with(calculate_pinverse=calculate_pinverse, pinverse_gradient=gradient))

    @settings(max_examples=500 if EXPLORING else 20)
    @given(asked.family.strategy)
    def explore(A: Array) -> None:
        asked.ask(student, A)

    explore()


@pytest.mark.parametrize("asked", PROPERTIES.values(), ids=PROPERTIES)
def test_property_has_one_short_line_for_the_student(asked: Property) -> None:
    assert asked.title.endswith(".")
    assert "\n" not in asked.title
    assert len(asked.title) <= 90
