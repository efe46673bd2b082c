"""No correct decomposition loses a point, whatever its style."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings

from steepest.answers import Array
from steepest.student import NotAskable, Student

from ..exam import Failure, Property, student_with, take_exam
from .asked import DESCENT, PROPERTIES, earned
from .honest import STYLES
from .margins import BOUNDS, ON_THE_WAY, worst

DEAR = {"penalty, polished", "Rayleigh quotient, autograd", "Brockett"}
"""Styles whose exam takes a second or more; the ``explore`` profile runs them, too."""

EXPLORING = settings.get_current_profile_name() == "explore"
SEEDS = range(20) if EXPLORING else range(1)
RUN = [style for style in STYLES if EXPLORING or style not in DEAR]


def exam_of(style: str, seed: int) -> dict[str, Failure]:
    return take_exam(tuple(PROPERTIES.values()), student_with(calculate_svd=STYLES[style]), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("style", [style for style in RUN if style != "published signature"])
def test_correct_solution_passes_every_property(style: str, seed: int) -> None:
    assert exam_of(style, seed) == {}


def test_there_are_enough_styles_for_each_way_to_descend() -> None:
    assert len(STYLES) >= 12


def test_published_signature_is_asked_everything_but_steps_and_earns_all_of_that() -> None:
    failures = exam_of("published signature", 0)
    assert failures.keys() == {DESCENT, "steps_are_counted_for_wide_matrices"}
    assert all(isinstance(failure, NotAskable) for failure in failures.values())
    assert earned(failures) == 32


@pytest.mark.slow
def test_no_honest_error_comes_within_a_factor_of_three_of_its_bound() -> None:
    for name, (value, style) in worst(RUN, SEEDS).items():
        if name == ON_THE_WAY:
            assert value >= 3 * BOUNDS[name], style
        else:
            assert value <= BOUNDS[name] / 3, (name, style)


def test_exam_asks_about_39_matrices() -> None:
    caller = student_with(calculate_svd=STYLES["Jacobi"])
    take_exam(tuple(PROPERTIES.values()), caller, 1)
    assert len(caller.matrices["calculate_svd"]) == 39
    assert caller.calls == 41, "one of them is asked twice more, with 3 steps and with none"


@pytest.mark.parametrize("asked", PROPERTIES.values(), ids=PROPERTIES)
def test_correct_solution_passes_on_every_public_matrix(asked: Property) -> None:
    for style in ("Jacobi", "alternating least squares", "power iteration"):
        student = Student(student_with(calculate_svd=STYLES[style]))
        for M in (*asked.family.ladder, *asked.family.specials):
            asked.ask(student, M)


@pytest.mark.parametrize("asked", PROPERTIES.values(), ids=PROPERTIES)
def test_correct_solution_passes_on_what_hypothesis_explores(asked: Property) -> None:
    style = "alternating least squares" if EXPLORING else "greedy Jacobi, float64 inside"
    student = Student(student_with(calculate_svd=STYLES[style]))

    @given(asked.family.strategy)
    def explore(M: Array) -> None:
        asked.ask(student, M)

    explore()


def test_direct_solver_differs_from_every_honest_style_after_three_steps_by_powers_of_ten() -> None:
    def calculate_svd(M: torch.Tensor, steps: int | None = None) -> object:
        U, S, Vh = torch.linalg.svd(M, full_matrices=False)
        return U, S, Vh.mT, [1.0]

    failures = take_exam((PROPERTIES[DESCENT],), student_with(calculate_svd=calculate_svd), 0)
    assert getattr(failures[DESCENT], "value", 1.0) < 1e-4
