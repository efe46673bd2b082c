"""Hostile answers against the judge itself, in this process: it must neither break nor tell what it knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from steepest.answers import Answer, Arguments, Array, CallStatus, Item, NumbersItem, OtherItem, TensorItem
from steepest.errors import NotServed
from steepest.exam import Exam, draw_exam
from steepest.grade import grade
from steepest.model import PropertyResult, Verdict
from steepest.plugin import Trial, all_families, collect_trials, try_on
from steepest.sandbox.budget import Budget
from steepest.student import Student
from steepest.verdicts import conclude

from . import books
from .arena import Arena, control

pytestmark = pytest.mark.hostile

PROPERTIES = Path(__file__).parent.parent.parent / "assignments" / "inverse" / "test_inverse.py"
NAN, INF = float("nan"), float("inf")

Reply = Callable[[str, Arguments], Answer]


@pytest.fixture(scope="module")
def trials() -> tuple[Trial, ...]:
    return collect_trials(PROPERTIES)


@pytest.fixture(scope="module")
def exam(trials: tuple[Trial, ...]) -> Exam:
    return draw_exam("inverse", all_families([trial.info for trial in trials]), b"a secret of these tests")


class Liar:
    """A caller that answers whatever it likes."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the names that are asked for, in markup where nobody asks for them."""
        return ("<b>M", "momentum", "learning_rate", "steps", "start")

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Return the lie."""
        return self._reply(function, arguments)


def answer(*items: Item, mutated: tuple[str, ...] = ()) -> Answer:
    return Answer(CallStatus.RETURNED, items, mutated=mutated)


def tensor(values: object) -> TensorItem:
    array = np.asarray(values)
    return TensorItem(array.shape, array.dtype.name, array)


def odd_tensors(M: Array) -> Iterator[Item]:
    n, dtype, X = len(M), M.dtype, np.linalg.inv(M.astype(np.float64))
    for value in (NAN, INF, -INF, 1e29, 1e30, 1e31, 1e38, 5e-324, -0.0, 1.0):
        yield tensor(np.full(M.shape, value).astype(dtype))
    for array in (X, M, 1e25 * X, 3 * X, -X, X.T):
        yield tensor(array.astype(dtype))
    yield from (tensor(X[None].astype(dtype)), tensor(np.zeros((0, n), dtype)), tensor(dtype.type(1.0)))
    yield from (tensor(np.ones(M.shape, kind)) for kind in (bool, np.int64, np.float16, np.uint8))
    yield from (tensor(np.zeros((1,) * 8, dtype)), TensorItem(M.shape, dtype.name, None))
    yield from (TensorItem((10**17,) * 7, "x" * 80, None), OtherItem("a.b"), NumbersItem(()), NumbersItem((NAN,), True))


def odd_losses(steps: int) -> Iterator[tuple[float, ...]]:
    yield from ((), (0.0,), (INF, 0.0), (-INF, INF) * steps, (1.0,) * 200_000, (NAN, *[1.0] * (steps - 1)))
    yield from ((value,) * steps for value in (NAN, INF, -1.0, 1e308, 5e-324, 0.0, -0.0, 1e-30))
    yield from (tuple(1e300 * 0.5**j for j in range(steps)), (1e308, *[1e-20] * (steps - 1)))
    yield tuple(map(float, range(steps)))


RATES = (NAN, INF, -INF, 0.0, -1.0, 1e308, 5e-324, 1e-300)
COUNT = max(len(list(odd_tensors(np.eye(2)))), len(list(odd_losses(20))))


def odd_reply(number: int) -> Reply:
    def reply(function: str, arguments: Arguments) -> Answer:
        M = arguments["0"]
        assert isinstance(M, np.ndarray)
        if function == "safe_learning_rate":
            rate = RATES[number % len(RATES)]
            return answer(NumbersItem((rate,), True) if number % 2 else tensor(np.float32(rate)))
        tensors, losses = list(odd_tensors(M)), list(odd_losses(int(arguments.get("steps", 20))))
        values = losses[number % len(losses)]
        history = NumbersItem(values) if number % 3 else tensor(np.array(values[:3_000]))
        return answer(tensors[number % len(tensors)], history, mutated=("0", "start", "x") if number % 2 else ())

    return reply


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the judge ignores them too: it measures nonsense
@pytest.mark.parametrize("number", range(COUNT))
def test_odd_answer_is_judged_and_never_a_fault(trials: tuple[Trial, ...], exam: Exam, number: int) -> None:
    liar = Liar(odd_reply(number))
    tried = [try_on(trial, Student(liar), exam) for trial in trials]
    results = conclude(tried, liar) if number % 5 == 0 else conclude(tried, None)
    assert len(results) == len(trials)
    assert sum(result.points for result in results) <= sum(result.max_points for result in results) / 2


@pytest.mark.parametrize("value", [NAN, INF, -INF, 1e31])
def test_answer_that_is_not_finite_or_sane_passes_nothing(trials: tuple[Trial, ...], exam: Exam, value: float) -> None:
    def reply(function: str, arguments: Arguments) -> Answer:
        M = arguments["0"]
        assert isinstance(M, np.ndarray)
        return answer(tensor(np.full(M.shape, value, M.dtype)), NumbersItem((value,) * 20))

    tried = [try_on(trial, Student(Liar(reply)), exam) for trial in trials]
    assert {result.name for result in conclude(tried, None) if result.points} <= {"test_arguments_unchanged"}


@pytest.mark.parametrize("status", [status for status in CallStatus if status is not CallStatus.RETURNED])
def test_absent_answer_earns_nothing(trials: tuple[Trial, ...], exam: Exam, status: CallStatus) -> None:
    liar = Liar(lambda function, arguments: Answer(status, error="E: " + "y" * 2_000))
    results = conclude([try_on(trial, Student(liar), exam) for trial in trials], liar)
    assert {result.points for result in results} == {0}


# ------------------------------------------------------------------------- what a report tells of the exam

SECRET = 314.159265
"""What an attacker wants to carry out of the exam; honest numbers near it are not to be expected."""


def knowing(exam: Exam, lie: Callable[[Array], Answer]) -> Reply:
    """Return the best case of an attacker: it lies on matrices of the exam, and is right on all others."""
    known = {M.tobytes() for drawn in exam.matrices.values() for M in drawn}

    def reply(function: str, arguments: Arguments) -> Answer:
        M = arguments["0"]
        assert isinstance(M, np.ndarray)
        if M.tobytes() in known and "start" not in arguments:
            return lie(M)
        return answer(tensor(np.linalg.inv(M.astype(np.float64)).astype(M.dtype)), NumbersItem((0.0,)))

    return reply


def right_times(factor: float) -> Callable[[Array], Answer]:
    return lambda M: answer(tensor((factor * np.linalg.inv(M.astype(np.float64))).astype(M.dtype)), NumbersItem(()))


LIES: dict[str, Callable[[Array], Answer]] = {
    "the text of an error": lambda M: Answer(CallStatus.RAISED, error=f"ValueError: {SECRET}"),
    "the name of an exception": lambda M: Answer(CallStatus.RAISED, error=f"E{SECRET}: x"),
    "a name that looks like Python's": lambda M: Answer(CallStatus.RAISED, error=f"ValueError{SECRET}: x"),
    "a shape": lambda M: answer(tensor(np.zeros((3, 1, 4, 159), M.dtype))),
    "a claimed shape": lambda M: answer(TensorItem((314159265,), "float32", None)),
    "a claimed dtype": lambda M: answer(TensorItem(M.shape, f"E{SECRET}", None)),
    "a type": lambda M: answer(OtherItem(f"E{SECRET}")),
    "a number": lambda M: answer(NumbersItem((SECRET,), True)),
    "how many numbers": lambda M: answer(NumbersItem((0.0,) * 31_415)),
    "a residual": right_times(1.0 + SECRET / 1e5),
    "a factor": right_times(SECRET / 100),
    "a large factor": right_times(SECRET * 1e9),
    "a changed argument": lambda M: answer(tensor(M), mutated=("E314159265",)),
    "how many entries are not finite": lambda M: answer(tensor(np.full(M.shape, NAN, M.dtype))),
}


@pytest.mark.parametrize("lie", LIES)
def test_failure_on_the_exam_alone_tells_next_to_nothing_of_it(trials: tuple[Trial, ...], exam: Exam, lie: str) -> None:
    attacker = Liar(knowing(exam, LIES[lie]))
    tried = [try_on(trial, Student(attacker), exam) for trial in trials if trial.info.exercise == "calculate_inverse"]
    failed = [result for result in conclude(tried, attacker) if result.verdict is not Verdict.PASSED]
    assert any(result.counterexample is None for result in failed)
    for result in failed:
        assert result.counterexample is not None or re.search(r"3\.?14|31415", told(result)) is None


def told(result: PropertyResult) -> str:
    return f"{result.message} {result.help} {result.measurement}"


# ------------------------------------------------------------------------------------- when the judge breaks


@pytest.mark.parametrize("error", [RecursionError, MemoryError, UnicodeDecodeError, ValueError])
def test_unforeseen_error_of_the_judge_is_a_fault_and_not_the_end_of_the_class(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def break_down(*_: object) -> None:
        raise error("utf-8", b"x", 0, 1, "y") if error is UnicodeDecodeError else error("x")

    monkeypatch.setattr("steepest.grade.notes_on", break_down)
    graded = arena.grade(control("zeros"), neighbour=False)
    assert graded.report.needs_human
    assert graded.report.properties == ()


def test_a_machine_that_is_too_busy_is_a_fault_that_is_not_tried_again_at_once(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def not_now(budget: Budget) -> None:
        asked.append(1)
        raise NotServed("it waited 3600 s for a CPU")

    monkeypatch.setattr(Budget, "require_service", not_now)
    graded = arena.grade(books.notebook("import time\ntime.sleep(1)"), neighbour=False)
    assert graded.report.fault == (
        "this machine is too busy to grade the submission: it waited 3600 s for a CPU. "
        "Try: grade it again, with fewer --jobs"
    )
    assert (len(asked), graded.report.properties) == (1, ())


def test_a_protocol_that_is_broken_apart_is_told_to_a_person(arena: Arena, exam: Exam) -> None:
    """The function has no `steps`, so it is asked by its rate in a worker of its own, where it forges a frame."""
    paper = arena.paper(exam=exam)
    paper = replace(paper, assignment=replace(paper.assignment, properties=PROPERTIES), explained=False)
    forge = "    if learning_rate is not None and learning_rate < 1e-5: os.write(4, frame(RETURNED))\n"
    signature = "def calculate_inverse(M, learning_rate=None, momentum=0.9):\n"
    answer = f"import os, torch\n{signature}{forge}    return torch.eye(len(M)), []"
    cells = ["\n".join(books.cells("parts", "frames")), answer]
    report = grade(paper, "mallory", books.notebook(*cells), arena.zygote)
    assert report.fault is None
    assert any("broke the grader's protocol" in note for note in report.notes)
