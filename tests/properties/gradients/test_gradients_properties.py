"""The properties of ``gradients``: right styles keep every point, bugs and worthless answers lose the right ones."""

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

PATH = Path(__file__).parents[3] / "assignments" / "gradients" / "test_gradients.py"
ALL = load_properties(PATH)
PROPERTIES = {one.name: one for one in ALL}

ONLY_LARGE: set[str] = set()
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
def test_bug_has_a_public_counterexample_of_at_most_two_rows(name: str) -> None:
    bug = BUGS[name]
    asked, student = PROPERTIES[bug.caught_by], Student(student_with(**bug.student))
    for member in asked.family.ladder:
        try:
            asked.ask(student, member)
        except (PropertyFailed, GateFailed, CallFailed):
            assert member.size <= 8
            return
    pytest.fail("no member of the ladder shows the bug")


WORTHLESS: dict[str, dict[str, Callable[..., object]]] = {
    "zeros": {
        "mse": lambda y_hat, y: torch.zeros((), dtype=y.dtype),
        "mse_gradient": lambda y_hat, y: torch.zeros_like(y_hat),
        "loss": lambda X, M: torch.zeros((), dtype=M.dtype),
        "gradient": lambda X, M: torch.zeros_like(X),
        "gradient_step": lambda X, M, rate: torch.zeros_like(X),
        "momentum_step": lambda X, V, M, rate, mom: (torch.zeros_like(X), torch.zeros_like(X)),
    },
    "arguments": {
        "mse": lambda y_hat, y: y_hat.mean(),
        "mse_gradient": lambda y_hat, y: y_hat,
        "loss": lambda X, M: X.mean(),
        "gradient": lambda X, M: X,
        "gradient_step": lambda X, M, rate: X,
        "momentum_step": lambda X, V, M, rate, mom: (X, V),
    },
    "nan": {
        "mse": lambda y_hat, y: float("nan"),
        "mse_gradient": lambda y_hat, y: torch.full_like(y_hat, torch.nan),
        "loss": lambda X, M: float("nan"),
        "gradient": lambda X, M: torch.full_like(X, torch.nan),
        "gradient_step": lambda X, M, rate: torch.full_like(X, torch.nan),
        "momentum_step": lambda X, V, M, rate, mom: (torch.full_like(X, torch.nan), V),
    },
    "random": {
        "mse": lambda y_hat, y: torch.rand(()),
        "mse_gradient": lambda y_hat, y: torch.rand_like(y_hat),
        "loss": lambda X, M: torch.rand(()),
        "gradient": lambda X, M: torch.rand_like(X),
        "gradient_step": lambda X, M, rate: torch.rand_like(X),
        "momentum_step": lambda X, V, M, rate, mom: (torch.rand_like(X), torch.rand_like(X)),
    },
    "another loss, and its derivative": {
        "mse": lambda y_hat, y: y_hat.sum(),
        "mse_gradient": lambda y_hat, y: torch.ones_like(y_hat),
        "loss": lambda X, M: X.sum(),
        "gradient": lambda X, M: torch.ones_like(X),
        "gradient_step": lambda X, M, rate: X - rate,
        "momentum_step": lambda X, V, M, rate, mom: (X - rate, V),
    },
}


@pytest.mark.parametrize("name", WORTHLESS)
@pytest.mark.parametrize("seed", range(3))
def test_worthless_answers_earn_nothing(name: str, seed: int) -> None:
    assert points_of(take_exam(ALL, student_with(**WORTHLESS[name]), seed)) == 0


def test_derivative_of_the_other_loss_earns_the_points_of_belonging_to_it() -> None:
    mirrored: dict[str, Callable[..., object]] = {
        **RIGHT,
        "loss": lambda X, M: ((M @ X - torch.eye(len(M), dtype=M.dtype)) ** 2).mean(),
        "gradient": lambda X, M: 2 / M.numel() * M.T @ (M @ X - torch.eye(len(M), dtype=M.dtype)),
    }
    failures = take_exam(ALL, student_with(**mirrored), 0)
    assert "gradient" in failures
    assert "gradient_belongs_to_your_loss" not in failures


def test_float_and_tensor_are_equally_good_numbers() -> None:
    floats = {**RIGHT, "mse": lambda y_hat, y: RIGHT["mse"](y_hat, y).item()}
    assert take_exam(ALL, student_with(**floats), 0) == {}


def test_exam_asks_each_function_about_at_most_30_arrays() -> None:
    caller = student_with(**RIGHT)
    take_exam(ALL, caller, 1)
    # Ten momentum steps in a row ask about ten guesses for each one of the exam.
    assert {name: len(asked) for name, asked in caller.matrices.items() if name != "momentum_step"} == {
        "mse": 25,
        "mse_gradient": 17,
        "loss": 20,
        "gradient": 12,
        "gradient_step": 12,
    }
    assert caller.calls <= 165


def test_points_of_each_exercise_sum_to_those_of_its_cell() -> None:
    sums: dict[str, float] = {}
    for one in ALL:
        sums[one.exercise] = sums.get(one.exercise, 0) + one.points
    assert sums == {"mse": 4, "mse_gradient": 6, "loss": 3, "gradient": 7, "gradient_step": 4, "momentum_step": 6}


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
