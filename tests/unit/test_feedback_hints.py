"""Which cause is named: the one that most public failures point to, and one for each slip that is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.answers import Answer, Arguments, Array, CallStatus, NumbersItem, TensorItem
from steepest.asked_again import changes
from steepest.expect.hints import hint_for_inverse
from steepest.expect.update_hints import hint_for_heavy_ball, hint_for_losses
from steepest.explain import explain
from steepest.linalg import gradient, heavy_ball, predicted_losses
from steepest.model import Tensor
from steepest.plugin import collect_trials
from steepest.strategies.inverse import TURNING

M = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, -1.0], [1.0, 0.0, 1.5]])
START = np.arange(9.0).reshape(3, 3) / 20
RIGHT = np.linalg.inv(M)
OPTIONS: dict[str, Any] = {"learning_rate": 0.2, "momentum": 0.9, "steps": 3}
LOSSES = predicted_losses(np.array([2.0, 1.0]), 2, learning_rate=0.5, momentum=0.9, steps=200)
SCHOOL = """
import pytest
from hypothesis import given
from steepest.expect import expect_at_most, expect_inverse
from steepest.strategies.inverse import well_conditioned_matrices


@pytest.mark.points(1, exercise="a")
@given(M=well_conditioned_matrices())
def test_inverse(student, M):
    expect_inverse(student.f(M).tensor(shape=M.shape, dtype=M.dtype), M)
"""


class Teacher:
    """A caller whose only function is given as arithmetic on its first argument and the number of the call."""

    def __init__(self, function: object) -> None:
        self.function = function
        self.calls = 0

    def parameters(self, function: str) -> tuple[str, ...]:
        return ("M",)

    def call(self, function: str, arguments: Arguments) -> Answer:
        self.calls += 1
        found = np.asarray(self.function(arguments["0"], self.calls))  # type: ignore[operator]
        return Answer(CallStatus.RETURNED, (TensorItem(found.shape, found.dtype.name, found),))


def cause(tmp_path: Path, function: object) -> str:
    path = tmp_path / "test_small.py"
    path.write_text(SCHOOL)
    (trial,) = collect_trials(path)
    found = explain(trial, Teacher(function))
    assert found is not None
    return found.help


def test_a_cause_that_only_the_plainest_example_suggests_is_not_named(tmp_path: Path) -> None:
    """For a rotation by 90 degrees the transposed inverse is the matrix itself: larger examples tell them apart."""
    told = cause(tmp_path, lambda M, _: np.linalg.inv(M.astype(np.float64)).T.astype(M.dtype))
    assert "the answer is transposed" in told
    assert "M itself" in cause(tmp_path, lambda M, _: M)


def test_a_function_that_counts_in_whole_numbers_is_not_said_to_remember(tmp_path: Path) -> None:
    told = cause(tmp_path, lambda M, _: 2 * M.astype(np.int64).astype(M.dtype))
    assert "something is left" not in told


def test_a_failure_that_only_a_matrix_of_every_exam_has_is_shown_by_it(tmp_path: Path) -> None:
    path = tmp_path / "test_small.py"
    path.write_text(SCHOOL)
    (trial,) = collect_trials(path)
    turning = np.array(TURNING, dtype=np.float32)
    found = explain(trial, Teacher(lambda M, _: M if np.array_equal(M, turning) else np.linalg.inv(M)))
    assert found is not None
    assert found.counterexample.arguments[0][1] == Tensor((2, 2), "float32", (0.0, -2.0, 1.0, 0.0))


def test_an_answer_that_depends_on_earlier_calls_is_told(tmp_path: Path) -> None:
    assert "something is left from the call before" in cause(tmp_path, lambda M, call: M * M.dtype.type(call))


@pytest.mark.parametrize(
    ("answer", "arguments", "again"),
    [
        (lambda call: float(call), {"0": M, "start": START}, True),
        (lambda call: 1.0 + 1e-3 * call, {"0": M, "start": START}, False),
        (lambda call: float(call), {"0": M}, False),
        (lambda call: 1e9 * call, {"0": M, "start": START}, False),
    ],
    ids=["other", "nearly the same", "may begin at random", "diverges"],
)
def test_a_second_look_tells_only_what_is_certain(answer: object, arguments: Arguments, again: bool) -> None:
    class Counter(Teacher):
        def parameters(self, function: str) -> tuple[str, ...]:
            return ("M", "start", "steps")

        def call(self, function: str, arguments: Arguments) -> Answer:
            self.calls += 1
            return Answer(CallStatus.RETURNED, (NumbersItem((answer(self.calls),)),))  # type: ignore[operator]

    caller = Counter(None)
    assert changes(caller, "f", arguments, caller.call("f", arguments)) is again


def along(direction: object) -> Array:
    """Return X after three updates with another direction in the place of the gradient."""
    X, V = START, np.zeros_like(START)
    for _ in range(3):
        V = 0.9 * V + direction(X)  # type: ignore[operator]
        X = X - 0.2 * V
    return X


def by_rule(**changes: float) -> Array:
    return heavy_ball(M, START, **(OPTIONS | changes))


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (by_rule().T, "transpose of what the rule gives"),
        ((by_rule() + by_rule(steps=2)) / 2, "mean of the last two guesses"),
        (by_rule(learning_rate=0.6), "n times too long"),
        (by_rule(learning_rate=1.8), "not their sum"),
        (along(lambda X: 0.1 * gradient(X, M)), "is an average"),
        (along(lambda X: 0.9 * gradient(X, M)), "multiplied by momentum too"),
        (along(lambda X: gradient(X, M) / np.linalg.norm(gradient(X, M))), "divided by its norm"),
        (along(lambda X: 2 / 9 * (X @ M - np.eye(3)) @ M), "A transpose is missing"),
        (along(lambda X: 2 / 9 * M.T @ (X @ M - np.eye(3))), "in the wrong order"),
        (heavy_ball(M, np.zeros((3, 3)), **OPTIONS), "begins at zero"),
        (heavy_ball(np.abs(M), START, **OPTIONS), "signs of the entries"),
        (by_rule() * (1 + 1e-2), "is almost where the rule leads"),
        (START - 7 * (START - by_rule()), "times as long as it should be"),
        (START + 1, "Do one update by hand"),
    ],
)
def test_each_slip_of_an_update_is_told_from_the_others(X: Array, words: str) -> None:
    assert words in hint_for_heavy_ball(X, M, START, **OPTIONS)


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        (LOSSES[1:], "after update j"),
        (np.sqrt(LOSSES), "roots"),
        (4 * LOSSES, "4 times what it should be"),
        (np.r_[9.0, LOSSES[1:]], "The first loss is wrong already"),
        (np.r_[LOSSES[:1], LOSSES[:-1]], "the second is not: look at the length"),
        (np.r_[LOSSES[:2], LOSSES[:-2]], "where the momentum comes in"),
        (np.where(np.arange(200) < 30, LOSSES, LOSSES[30]), "on the way"),
        (np.maximum(LOSSES, 2e-9), "float32 is not enough"),
        (LOSSES[:1], "too few numbers"),
        (np.full(200, np.nan), "The first loss is wrong already"),
    ],
)
def test_where_two_curves_part_says_what_is_wrong(losses: Array, words: str) -> None:
    assert words in hint_for_losses(losses, LOSSES, 0.01)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (np.clip(RIGHT, -0.5, 0.5), "kept within 0.5"),
        (RIGHT / 100 + 1e-4, "must follow the scale of M"),
        (2 * RIGHT, "undo it on X"),
        (1e-9 * RIGHT, "still zero"),
        (RIGHT.round(2), "rounded to 2 decimals"),
    ],
)
def test_the_size_of_a_wrong_inverse_is_told(X: Array, words: str) -> None:
    assert words in hint_for_inverse(X, M, 1.0)
