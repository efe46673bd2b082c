"""The properties of ``indicator``: right styles keep every point, bugs and worthless answers lose the right ones."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.student import Student

from ..exam import Failure, Property, load_properties, student_with, take_exam
from .bugs import BUGS, RIGHT
from .styles import STYLES

PATH = Path(__file__).parents[3] / "assignments" / "indicator" / "test_indicator.py"
ALL = load_properties(PATH)
PROPERTIES = {one.name: one for one in ALL}

ONLY_LARGE = {"seven words at most", "square only"}
"""Bugs that no small member can show."""


def points_of(failures: dict[str, Failure]) -> float:
    """Return what an exam with these failures earns; a property earns nothing if the one that it needs failed."""
    return sum(one.points for one in ALL if one.name not in failures and one.needs not in failures)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("style", STYLES)
def test_right_style_passes_every_property(style: str, seed: int) -> None:
    assert take_exam(ALL, student_with(**STYLES[style]), seed) == {}


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.name)
def test_right_style_passes_on_every_public_member_and_on_what_hypothesis_explores(asked: Property) -> None:
    student = Student(student_with(**RIGHT))
    for member in (*asked.family.ladder, *asked.family.specials):
        asked.ask(student, member)

    @settings(max_examples=25)
    @given(asked.family.strategy)
    def explore(member: Array) -> None:
        asked.ask(student, member)

    explore()


@pytest.mark.parametrize("name", BUGS)
def test_bug_loses_the_property_that_it_breaks_in_each_of_three_exams_and_is_named(name: str) -> None:
    bug = BUGS[name]
    for seed in range(3):
        failures = take_exam((PROPERTIES[bug.caught_by],), student_with(**bug.student), seed)
        failure = failures[bug.caught_by]
        said = f"{failure} {getattr(failure, 'help', '')}"
        assert bug.hint.lower() in said.lower()


@pytest.mark.parametrize("name", sorted(BUGS.keys() - ONLY_LARGE))
def test_bug_has_a_public_counterexample_of_at_most_twelve_entries(name: str) -> None:
    bug = BUGS[name]
    asked, student = PROPERTIES[bug.caught_by], Student(student_with(**bug.student))
    for member in asked.family.ladder:
        try:
            asked.ask(student, member)
        except (PropertyFailed, GateFailed, CallFailed):
            assert member.size <= 12
            return
    pytest.fail("no member of the ladder shows the bug")


def _answers(
    similarity: Callable[..., object], approximation: Callable[..., object], solution: Callable[..., object]
) -> dict[str, Callable[..., object]]:
    return {"word_similarity": similarity, "low_rank": approximation, "least_squares": solution}


def _words(make: Callable[..., torch.Tensor]) -> Callable[..., object]:
    return lambda M: make(M.shape[1], M.shape[1]).to(M.dtype)


def _weights(make: Callable[..., torch.Tensor]) -> Callable[..., object]:
    return lambda M, y: make(M.shape[1]).to(M.dtype)


WORTHLESS: dict[str, dict[str, Callable[..., object]]] = {
    "zeros": _answers(_words(torch.zeros), lambda M, k: torch.zeros_like(M), _weights(torch.zeros)),
    "ones, and M itself": _answers(_words(torch.ones), lambda M, k: M, _weights(torch.ones)),
    "identity, and rows of M": _answers(
        lambda M: torch.eye(M.shape[1], dtype=M.dtype), lambda M, k: M, lambda M, y: M[0].clone()
    ),
    "nan": _answers(
        lambda M: torch.full((M.shape[1], M.shape[1]), torch.nan),
        lambda M, k: M * torch.nan,
        lambda M, y: torch.full((M.shape[1],), torch.nan),
    ),
    "random": _answers(_words(torch.rand), lambda M, k: torch.rand_like(M), _weights(torch.rand)),
}


@pytest.mark.parametrize("name", WORTHLESS)
@pytest.mark.parametrize("seed", range(3))
def test_worthless_answers_earn_nothing(name: str, seed: int) -> None:
    assert points_of(take_exam(ALL, student_with(**WORTHLESS[name]), seed)) == 0


def test_another_measure_of_similarity_earns_the_points_of_being_one() -> None:
    failures = take_exam(ALL, student_with(**BUGS["Jaccard"].student), 0)
    assert "similarity_of_words" in failures
    assert "similarity_is_a_similarity" not in failures


def test_any_solution_earns_the_points_of_the_least_error() -> None:
    failures = take_exam(ALL, student_with(**BUGS["not the shortest"].student), 0)
    assert "shortest_solution" in failures
    assert "least_error" not in failures
    assert "independent_words" not in failures


def test_exam_asks_each_function_about_at_most_30_arrays() -> None:
    caller = student_with(**RIGHT)
    take_exam(ALL, caller, 1)
    assert max(len(asked) for asked in caller.matrices.values()) <= 30
    assert caller.calls <= 120


def test_points_of_each_exercise_sum_to_those_of_its_cell() -> None:
    sums: dict[str, float] = {}
    for one in ALL:
        sums[one.exercise] = sums.get(one.exercise, 0) + one.points
    assert sums == {"word_similarity": 8, "low_rank": 9, "least_squares": 9}


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.name)
def test_property_has_one_line_that_the_self_check_shows_whole(asked: Property) -> None:
    assert asked.title.endswith(".")
    assert "\n" not in asked.title
    assert len(asked.title) <= 90


def test_file_needs_only_what_students_have() -> None:
    nodes = [node for node in ast.walk(ast.parse(PATH.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in nodes]
    assert {str(name).partition(".")[0] for name in named} == {"numpy", "pytest", "hypothesis", "steepest"}


def test_names_of_properties_are_unique() -> None:
    assert len(PROPERTIES) == len(ALL)
