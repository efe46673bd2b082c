"""Collecting and replaying properties through pytest, in-process and on plain Python functions."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from steepest.answers import Answer, Arguments, CallStatus, TensorItem
from steepest.errors import GraderFault
from steepest.exam import draw_exam
from steepest.explain import explain
from steepest.model import Tensor, Verdict
from steepest.plugin import Tried, all_families, collect_properties, collect_trials, replay
from steepest.student import Student
from steepest.verdicts import conclude

HEAD = """
import pytest
from hypothesis import given, strategies as st
from steepest.expect import expect_inverse
from steepest.strategies.inverse import diagonal_matrices, orthogonal_matrices
points = pytest.mark.points

def inverse_of(student, M, **options):
    return student.calculate_inverse(M, **options).tensor(shape=M.shape, dtype=M.dtype)
"""
DIAGONAL = '''
@points(2.5, exercise="calculate_inverse")
@given(M=diagonal_matrices())
def test_diagonal(student, M):
    """X M = I
    for diagonal matrices.

    And more that a student need not read.
    """
    expect_inverse(inverse_of(student, M), M)
'''


class FakeStudent:
    """A `Caller` whose one function is a plain function of numpy arrays; counts the calls."""

    def __init__(self, function: Callable[..., np.ndarray], parameters: tuple[str, ...] = ("M",)) -> None:
        self.function = function
        self.names = parameters
        self.asked: list[np.ndarray] = []

    def parameters(self, function: str) -> tuple[str, ...] | None:
        return self.names if function == "calculate_inverse" else None

    def call(self, function: str, arguments: Arguments) -> Answer:
        if function != "calculate_inverse":
            return Answer(CallStatus.MISSING)
        M = arguments["0"]
        assert isinstance(M, np.ndarray)
        self.asked.append(M)
        X = self.function(M).astype(M.dtype)
        return Answer(CallStatus.RETURNED, (TensorItem(X.shape, X.dtype.name, X),))


def properties(tmp_path: Path, *texts: str) -> Path:
    path = tmp_path / "test_small.py"
    path.write_text(HEAD + "".join(map(textwrap.dedent, texts)))
    return path


def run(path: Path, caller: FakeStudent) -> tuple[Tried, ...]:
    exam = draw_exam("small", all_families(collect_properties(path)), b"secret")
    return replay(path, caller, exam)


def test_a_property_says_what_it_is(tmp_path: Path) -> None:
    (info,) = collect_properties(properties(tmp_path, DIAGONAL))
    assert (info.name, info.title, info.exercise, info.max_points) == (
        "test_diagonal",
        "X M = I for diagonal matrices.",
        "calculate_inverse",
        250,
    )
    assert [family.name for family in info.families.values()] == ["diagonal"]


def test_each_matrix_of_the_exam_is_asked_exactly_once_however_often_it_is_replayed(tmp_path: Path) -> None:
    path = properties(tmp_path, DIAGONAL)
    exam = draw_exam("small", all_families(collect_properties(path)), b"secret")
    for _ in range(5):
        caller = FakeStudent(np.linalg.inv)
        (tried,) = replay(path, caller, exam)
        assert [outcome.verdict for _, outcome in tried.outcomes] == [Verdict.PASSED] * len(exam.matrices["diagonal"])
        assert all(map(np.array_equal, caller.asked, exam.matrices["diagonal"]))
        assert len(caller.asked) == len(exam.matrices["diagonal"])


def test_properties_may_be_parametrised_and_do_without_matrices(tmp_path: Path) -> None:
    text = """
    @pytest.mark.parametrize("n", [1, 2])
    @points(1, exercise="a")
    def test_size(n):
        assert n == 1
    """
    first, second = run(properties(tmp_path, text), FakeStudent(np.linalg.inv))
    assert first.outcomes[0][1].verdict is Verdict.PASSED
    assert second.outcomes[0][1].verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("def test_bare():\n    pass", "not a graded property"),
        ("@points(1)\ndef test_no_exercise():\n    pass", "not a graded property"),
        ('@points(1, exercise="a")\n@given(M=st.integers())\ndef test_own(student, M):\n    pass', "no family"),
        ('@points(1, exercise="a")\n@given(M=st.data())\ndef test_data(student, M):\n    pass', "no family"),
        ("import not_there", "not_there"),
        ("def broken(:", "SyntaxError"),
        ("", "no property"),
    ],
    ids=["bare", "no exercise", "own strategy", "data", "import", "syntax", "empty"],
)
def test_a_file_that_cannot_grade_is_a_fault_of_the_grader(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(Exception, match=word) as caught:
        collect_properties(properties(tmp_path, "\n" + text))
    assert isinstance(caught.value, GraderFault)


def test_a_property_that_breaks_is_a_fault_and_no_verdict(tmp_path: Path) -> None:
    text = '@points(1, exercise="a")\ndef test_breaks(student):\n    {}["missing"]'
    with pytest.raises(GraderFault, match=r"test_breaks broke: KeyError$"):
        run(properties(tmp_path, text), FakeStudent(np.linalg.inv))


def test_a_missing_function_and_a_missing_parameter_are_told_apart(tmp_path: Path) -> None:
    text = """
    @points(1, exercise="a")
    @given(M=diagonal_matrices())
    def test_missing(student, M):
        student.safe_learning_rate(M)

    @points(1, exercise="a")
    @given(M=diagonal_matrices())
    def test_steps(student, M):
        student.calculate_inverse(M, steps=3)
    """
    missing, steps = conclude(run(properties(tmp_path, text), FakeStudent(np.linalg.inv)), FakeStudent(np.linalg.inv))
    assert (missing.verdict, steps.verdict) == (Verdict.ERRORED, Verdict.SKIPPED)
    assert "safe_learning_rate was not found" in missing.message
    assert "no parameter 'steps'" in steps.message


def test_nothing_of_the_surroundings_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit('conftest was loaded')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.chdir(tmp_path)
    assert len(collect_properties(properties(tmp_path, DIAGONAL))) == 1


def test_no_folder_above_the_file_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a busy temp folder, one that vanishes while it is listed would be an error, and one may be forbidden."""
    path = properties(tmp_path, DIAGONAL)
    listed: list[str] = []
    scandir = os.scandir

    def spy(folder: str | os.PathLike[str]) -> object:
        listed.append(os.fspath(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", spy)
    assert collect_trials(path)
    assert str(path.parent) in listed
    assert not {str(folder) for folder in path.parent.parents} & set(listed)


def test_a_failure_is_explained_by_a_small_public_matrix(tmp_path: Path) -> None:
    path = properties(tmp_path, DIAGONAL)
    (result,) = conclude(run(path, FakeStudent(lambda M: M)), FakeStudent(lambda M: M))
    assert (result.verdict, result.points, result.max_points) == (Verdict.FAILED, 0, 250)
    assert result.counterexample is not None
    (name, matrix) = result.counterexample.arguments[0]
    assert name == "M"
    assert isinstance(matrix, Tensor)
    assert len(matrix.shape) == 2
    assert len(matrix.entries) <= 4
    assert "max |X M - I|" in result.message


def test_no_matrix_of_the_exam_is_asked_before_everything_is_explained(tmp_path: Path) -> None:
    path = properties(tmp_path, DIAGONAL)
    exam = draw_exam("small", all_families(collect_properties(path)), b"secret")
    second = FakeStudent(lambda M: M)
    conclude(replay(path, FakeStudent(lambda M: M), exam), second)
    secret = [matrix.tobytes() for matrix in exam.matrices["diagonal"]]
    seen = [matrix.tobytes() in secret for matrix in second.asked]
    assert True in seen
    assert seen == sorted(seen)


def test_an_answer_that_passes_the_second_time_does_not_fail_and_is_reported(tmp_path: Path) -> None:
    path = properties(tmp_path, DIAGONAL)
    (result,) = conclude(run(path, FakeStudent(lambda M: M)), FakeStudent(np.linalg.inv))
    assert (result.verdict, result.points, result.nondeterministic) == (Verdict.PASSED, 250, True)


def test_without_a_second_look_a_failure_stands_and_shows_nothing_of_the_exam(tmp_path: Path) -> None:
    path = properties(tmp_path, DIAGONAL)
    (result,) = conclude(run(path, FakeStudent(lambda M: M)), None)
    assert result.verdict is Verdict.FAILED
    assert result.counterexample is None
    assert result.measurement is not None
    assert result.measurement.value == float(f"{result.measurement.value:.2g}")


def hides_from_the_ladder(M: np.ndarray) -> np.ndarray:
    """Be wrong only where a diagonal entry is an eighth or less: no rung of a ladder is, but draws are."""
    X = np.linalg.inv(M)
    return X * 2 if np.abs(np.diag(M)).min() <= 0.13 else X


def test_the_search_for_a_counterexample_is_bounded_and_repeats_itself(tmp_path: Path) -> None:
    (trial,) = collect_trials(properties(tmp_path, DIAGONAL))
    callers = [FakeStudent(hides_from_the_ladder) for _ in range(3)]
    found = [explain(trial, caller) for caller in callers]
    ladder = len(trial.info.families["M"].ladder)
    assert len({str(each) for each in found}) == 1
    assert all(ladder < len(caller.asked) <= ladder + 42 for caller in callers)


def test_a_right_function_is_never_explained(tmp_path: Path) -> None:
    (trial,) = collect_trials(properties(tmp_path, DIAGONAL))
    assert explain(trial, FakeStudent(np.linalg.inv)) is None


NEEDS = """
@points(1, exercise="a")
@given(M=diagonal_matrices())
def test_first(student, M):
    \"\"\"The first comes first.\"\"\"
    assert inverse_of(student, M)[0, 0] < 0

@points(2, exercise="a", needs="test_first")
@given(M=diagonal_matrices())
def test_second(student, M):
    expect_inverse(inverse_of(student, M), M)
"""


def test_a_property_whose_need_fails_is_skipped_and_earns_nothing(tmp_path: Path) -> None:
    path = properties(tmp_path, NEEDS)
    first, second = conclude(run(path, FakeStudent(np.linalg.inv)), FakeStudent(np.linalg.inv))
    assert (first.verdict, second.verdict, second.points) == (Verdict.FAILED, Verdict.SKIPPED, 0)
    assert "The first comes first." in second.message


def test_a_property_that_fails_itself_says_why_even_if_its_need_fails(tmp_path: Path) -> None:
    path = properties(tmp_path, NEEDS.replace("< 0", "< -9"))
    _, second = conclude(run(path, FakeStudent(lambda M: M * 3)), FakeStudent(lambda M: M * 3))
    assert second.verdict is Verdict.FAILED


def test_a_need_that_is_no_property_is_a_fault_of_the_grader(tmp_path: Path) -> None:
    with pytest.raises(GraderFault, match="test_absent"):
        collect_properties(properties(tmp_path, NEEDS.replace('needs="test_first"', 'needs="test_absent"')))


@pytest.mark.parametrize(
    ("way", "verdict", "words"),
    [
        ("student.calculate_inverse(M, steps=3)", Verdict.SKIPPED, "could not be asked"),
        ("student.safe_learning_rate(M)", Verdict.ERRORED, "there was no answer"),
        ("pytest.skip('not today')", Verdict.SKIPPED, "could not be asked"),
    ],
    ids=["no parameter", "no answer", "skipped"],
)
def test_a_property_whose_need_gives_no_answer_earns_nothing_either(
    tmp_path: Path, way: str, verdict: Verdict, words: str
) -> None:
    path = properties(tmp_path, NEEDS.replace("assert inverse_of(student, M)[0, 0] < 0", way))
    first, second = conclude(run(path, FakeStudent(np.linalg.inv)), FakeStudent(np.linalg.inv))
    assert (first.verdict, second.verdict, second.points) == (verdict, Verdict.SKIPPED, 0)
    assert words in second.message
    if "steps" in way:
        assert second.help == "Give calculate_inverse the parameter 'steps' to earn these points."


def test_a_need_counts_only_where_its_own_need_passed(tmp_path: Path) -> None:
    third = """
    @points(2, exercise="a", needs="test_second")
    @given(M=diagonal_matrices())
    def test_third(student, M):
        expect_inverse(inverse_of(student, M), M)
    """
    path = properties(tmp_path, NEEDS, third)
    results = conclude(run(path, FakeStudent(np.linalg.inv)), FakeStudent(np.linalg.inv))
    assert [result.points for result in results] == [0, 0, 0]
    assert "The first comes first." in results[2].message


def test_what_others_need_is_asked_before_anything_else(tmp_path: Path) -> None:
    _, first, second = NEEDS.split("@points")
    asks_another = second.replace("expect_inverse(inverse_of(student, M), M)", "student.other(M)")
    caller = Told()
    run(properties(tmp_path, f"@points{asks_another}\n@points{first}"), caller)
    assert (caller.functions[0], caller.functions[-1]) == ("calculate_inverse", "other")


class Told(FakeStudent):
    """A `FakeStudent` that remembers the functions that were asked for, in order."""

    def __init__(self) -> None:
        super().__init__(np.linalg.inv)
        self.functions: list[str] = []

    def call(self, function: str, arguments: Arguments) -> Answer:
        self.functions.append(function)
        return super().call(function, arguments)


APART = """
@points(1, exercise="a")
@given(M=diagonal_matrices())
def test_apart(student, M):
    expect_inverse(student.calculate_inverse.apart(M).tensor(shape=M.shape, dtype=M.dtype), M)
"""


def test_what_is_asked_apart_is_asked_last_and_elsewhere(tmp_path: Path) -> None:
    path = properties(tmp_path, APART, DIAGONAL)
    exam = draw_exam("small", all_families(collect_properties(path)), b"secret")
    asked: list[str] = []
    caller = FakeStudent(lambda M: asked.append("here") or np.linalg.inv(M))  # type: ignore[func-returns-value]
    other = FakeStudent(lambda M: asked.append("apart") or np.linalg.inv(M))  # type: ignore[func-returns-value]
    tried = replay(path, caller, exam, other)
    count = len(exam.matrices["diagonal"])
    assert asked == ["here"] * count + ["apart"] * count
    assert [each.trial.info.name for each in tried] == ["test_apart", "test_diagonal"]
    assert all(outcome.verdict is Verdict.PASSED for each in tried for _, outcome in each.outcomes)


def test_a_failure_keeps_none_of_the_arrays_that_were_at_hand(tmp_path: Path) -> None:
    (tried,) = run(properties(tmp_path, DIAGONAL), FakeStudent(lambda M: M * 3))
    errors = [outcome.error for _, outcome in tried.outcomes if outcome.error is not None]
    assert errors
    assert all(error.__traceback__ is None and error.__context__ is None for error in errors)


@pytest.mark.parametrize(
    ("parameters", "has", "names"),
    [(("M", "steps"), True, True), (("args", "**"), True, False), (("M",), False, False)],
    ids=["named", "any keyword", "absent"],
)
def test_a_parameter_is_named_by_a_signature_or_taken_with_any_other(
    parameters: tuple[str, ...], has: bool, names: bool
) -> None:
    function = Student(FakeStudent(np.linalg.inv, parameters)).calculate_inverse
    assert (function.has("steps"), function.names("steps")) == (has, names)


def test_a_property_counts_where_its_need_is_of_another_exercise_and_not_asked(tmp_path: Path) -> None:
    _, second = run(properties(tmp_path, NEEDS), FakeStudent(np.linalg.inv))
    (result,) = conclude([second], FakeStudent(np.linalg.inv))
    assert result.verdict is Verdict.PASSED
