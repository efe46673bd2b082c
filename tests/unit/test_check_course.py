"""`steepest check`: each way in which a course can be wrong is found, and a right one passes in silence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steepest import check_course as module
from steepest.check_course import Severity, check_course
from steepest.course import Assignment, load_course
from steepest.errors import GraderFault, ReleaseError
from steepest.model import GradeReport, PropertyResult, Provenance, Verdict
from steepest.plugin import PropertyInfo, collect_properties

COURSE = """
title: Descent
timezone: Europe/Berlin
roster: roster.csv
assignments:
  - id: inverse
    title: The inverse
    notebook: assignments/inverse/inverse.ipynb
    properties: assignments/inverse/test_inverse.py
    functions: [calculate_inverse]
    points: 3.5
"""
ROSTER = "id,first_name,last_name,email\nada,Ada,Lovelace,\n"
SOLUTION_LINE = "return torch.eye(len(M)), [] # not for students"
PROPERTIES = '''
import pytest
from hypothesis import given
from steepest.strategies.inverse import diagonal_matrices

@pytest.mark.points(1, exercise="inverse")
@given(M=diagonal_matrices())
def test_shape(student, M):
    """The answer has the shape of M."""

@pytest.mark.points(2.5, exercise="inverse")
@given(M=diagonal_matrices())
def test_value(student, M):
    """X M = I."""
'''
INFOS = (PropertyInfo("test_shape", "", "inverse", 100, {}), PropertyInfo("test_value", "", "inverse", 250, {}))
TEMPLATE = b"template"


def labels(**more: object) -> dict[str, Any]:
    base = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
    return {"nbgrader": base | more}


def code(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata or {}, "source": source, "outputs": [], "execution_count": None}


def solution_cell() -> dict[str, Any]:
    source = f"def calculate_inverse(M):\n    ### BEGIN SOLUTION\n    {SOLUTION_LINE}\n    ### END SOLUTION"
    return code(source, labels(grade_id="code", solution=True))


def points_cell(**more: object) -> dict[str, Any]:
    metadata: dict[str, object] = {"grade_id": "inverse", "grade": True, "locked": True, "points": 3.5}
    return code("check(calculate_inverse)", labels(**(metadata | more)))


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a course in which nothing is wrong; collecting its properties costs nothing."""
    folder = tmp_path / "assignments" / "inverse"
    folder.mkdir(parents=True)
    (tmp_path / "course.yml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "inverse.ipynb").write_text(notebook(solution_cell(), points_cell()), encoding="utf-8")
    (folder / "test_inverse.py").write_text(PROPERTIES, encoding="utf-8")
    monkeypatch.setattr(module, "collect_properties", lambda path: INFOS)
    return tmp_path


def report(*points: int, fault: str | None = None) -> GradeReport:
    results = tuple(
        PropertyResult(
            info.name, "", info.exercise, Verdict.PASSED if earned else Verdict.FAILED, earned, info.max_points
        )
        for info, earned in zip(INFOS, points, strict=False)
    )
    return GradeReport("inverse", "x", results, (), (), Provenance("", "", "", (), (), "cpu", ()), fault)


def grader(source: GradeReport, template: GradeReport) -> Callable[[Assignment, bytes], GradeReport]:
    return lambda assignment, data: template if data == TEMPLATE else source


RIGHT = grader(report(100, 250), report(0, 0))


def findings(root: Path, grade: Callable[[Assignment, bytes], GradeReport] = RIGHT) -> list[str]:
    """Return the errors that are found, each as `where: what`; there must be no warning beside them."""
    found = check_course(load_course(root / "course.yml"), grade=grade, make_template=lambda assignment: TEMPLATE)
    assert all(finding.severity is Severity.ERROR and finding.way_out for finding in found)
    return [f"{finding.where}: {finding.what}" for finding in found]


def rewrite(root: Path, *cells: dict[str, Any]) -> None:
    (root / "assignments" / "inverse" / "inverse.ipynb").write_text(notebook(*cells), encoding="utf-8")


def test_course_in_order_has_no_finding(root: Path) -> None:
    assert findings(root) == []


def test_course_in_order_has_no_finding_with_properties_really_collected(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "collect_properties", collect_properties)
    assert findings(root) == []


def test_what_is_left_out_is_told_as_a_warning(root: Path) -> None:
    found = check_course(load_course(root / "course.yml"))
    assert [(finding.severity, finding.where) for finding in found] == [
        (Severity.WARNING, "inverse: solution"),
        (Severity.WARNING, "inverse: template"),
    ]


def test_missing_notebook_is_found(root: Path) -> None:
    (root / "assignments" / "inverse" / "inverse.ipynb").unlink()
    assert findings(root) == ["inverse: notebook: there is no such file"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file is empty"),
        ('{"cells": [], "nbformat": 4}', "the notebook has no cells"),
        ("<html>", "the file is not a notebook: it looks like an HTML page"),
    ],
)
def test_unreadable_notebook_is_told_to_its_instructor_and_not_to_a_student(
    root: Path, content: str, what: str
) -> None:
    (root / "assignments" / "inverse" / "inverse.ipynb").write_text(content, encoding="utf-8")
    (finding,) = check_course(load_course(root / "course.yml"))
    assert finding.what.startswith(what)
    assert "open it in Jupyter" in finding.way_out
    assert "hand" not in str(finding)


def test_folder_in_place_of_the_notebook_is_told_to_its_instructor(root: Path) -> None:
    path = root / "assignments" / "inverse" / "inverse.ipynb"
    path.unlink()
    path.mkdir()
    (finding,) = check_course(load_course(root / "course.yml"))
    assert (finding.what, finding.way_out) == ("this is a folder, not a file", "put the .ipynb file itself there")


def test_missing_properties_are_found(root: Path) -> None:
    (root / "assignments" / "inverse" / "test_inverse.py").unlink()
    assert findings(root) == [f"inverse: properties: no file {root}/assignments/inverse/test_inverse.py"]


def test_properties_that_cannot_be_collected_are_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> None:
        raise GraderFault("test_inverse.py: SyntaxError")

    monkeypatch.setattr(module, "collect_properties", broken)
    assert findings(root) == ["inverse: properties: test_inverse.py: SyntaxError"]


def test_bad_roster_is_found_with_its_line(root: Path) -> None:
    (root / "roster.csv").write_text(ROSTER + "ADA,,,\n", encoding="utf-8")
    assert findings(root) == ["roster.csv, line 3, id: 'ADA'"]


def test_empty_roster_is_a_warning(root: Path) -> None:
    (root / "roster.csv").write_text(ROSTER.partition("\n")[0], encoding="utf-8")
    found = check_course(load_course(root / "course.yml"), grade=RIGHT, make_template=lambda assignment: TEMPLATE)
    assert [(finding.severity, finding.where) for finding in found] == [(Severity.WARNING, "roster")]


def test_points_of_course_and_properties_that_disagree_are_found(root: Path) -> None:
    (root / "course.yml").write_text(COURSE.replace("3.5", "4"), encoding="utf-8")
    assert findings(root) == ["inverse: points: course.yml says 4, the properties sum to 3.5"]


def test_points_of_test_cell_and_properties_that_disagree_are_found(root: Path) -> None:
    rewrite(root, solution_cell(), points_cell(points=3))
    what = "its test cell carries 3 points, its properties sum to 3.5"
    assert findings(root) == [f"inverse: exercise inverse: {what}"]


def test_exercise_without_test_cell_and_test_cell_without_exercise_are_found(root: Path) -> None:
    rewrite(root, solution_cell(), points_cell(grade_id="other"))
    assert findings(root) == [
        "inverse: exercise inverse: the notebook has no test cell for it",
        "inverse: exercise other: no property carries its points",
    ]


def test_exercise_named_otherwise_in_the_metadata_is_found(root: Path) -> None:
    cell = points_cell()
    cell["metadata"]["steepest"] = {"exercise": "inverted"}
    rewrite(root, solution_cell(), cell)
    assert findings(root) == ["inverse: cell 2 (inverse): metadata.steepest.exercise is 'inverted'"]


def test_function_that_the_notebook_does_not_define_is_found(root: Path) -> None:
    cell = solution_cell()
    cell["source"] = cell["source"].replace("calculate_inverse", "invert")
    rewrite(root, cell, points_cell())
    assert findings(root) == ["inverse: functions: calculate_inverse is not defined in the source notebook"]


def test_notebook_in_a_folder_of_another_name_is_found(root: Path) -> None:
    (root / "assignments" / "inverse").rename(root / "assignments" / "first")
    (root / "course.yml").write_text(COURSE.replace("assignments/inverse/", "assignments/first/"), encoding="utf-8")
    assert findings(root) == ["inverse: notebook: lies in a folder named first"]


BAD_LABELS = [
    ({"schema_version": 2}, "schema_version = 2"),
    ({"schema_version": "3"}, "schema_version = '3'"),
    ({"points": "3"}, "points = '3'"),
    ({"points": -1}, "points = -1"),
    ({"points": True}, "points = True"),
    ({"points": 0.125}, "points = 0.125"),
    ({"points": float("nan")}, "points = nan"),
    ({"grade": 1}, "grade = 1"),
    ({"grade_id": "a b"}, "grade_id = 'a b'"),
    ({"grade_id": ""}, "grade_id = ''"),
    ({"grade_id": "code"}, "code"),
    ({"own": 1}, "own"),
    ({"task": True}, "task"),
]


@pytest.mark.parametrize(("change", "what"), BAD_LABELS)
def test_metadata_that_nbgrader_would_refuse_are_found(root: Path, change: dict[str, Any], what: str) -> None:
    rewrite(root, solution_cell(), points_cell(**change))
    assert any(line.startswith("inverse: cell 2") and line.endswith(f": {what}") for line in findings(root))


def test_metadata_without_a_needed_key_are_found(root: Path) -> None:
    cell = solution_cell()
    del cell["metadata"]["nbgrader"]["locked"]
    rewrite(root, cell, points_cell())
    assert "inverse: cell 1 (code): no locked" in findings(root)


def test_written_answer_that_is_not_manually_graded_is_found(root: Path) -> None:
    written = {"cell_type": "markdown", "metadata": labels(grade_id="why", grade=True, points=2), "source": "?"}
    rewrite(root, solution_cell(), points_cell(), written)
    assert "inverse: cell 3 (why): Markdown" in findings(root)


def test_graded_function_that_students_would_get_as_it_stands_is_found(root: Path) -> None:
    rewrite(root, code("def calculate_inverse(M):\n    return M"), points_cell())
    what = "students get calculate_inverse as it stands, since nothing of it is marked as a solution"
    assert findings(root) == [f"inverse: cell 1: {what}"]


def test_solution_cell_without_a_region_is_a_warning_since_nbgrader_clears_all_of_it(root: Path) -> None:
    rewrite(
        root, code("def calculate_inverse(M):\n    return M", labels(grade_id="code", solution=True)), points_cell()
    )
    found = check_course(load_course(root / "course.yml"), grade=RIGHT, make_template=lambda assignment: TEMPLATE)
    assert [(finding.severity, finding.where) for finding in found] == [(Severity.WARNING, "inverse: cell 1 (code)")]
    assert "not even the line with def" in found[0].what


def test_empty_and_manually_graded_answers_need_no_region(root: Path) -> None:
    empty = code("", labels(grade_id="free", solution=True))
    read = code("def mine(): ...", labels(grade_id="read", solution=True, grade=True, points=1))
    rewrite(root, solution_cell(), points_cell(), empty, read)
    assert not any("cell 3" in line or "cell 4" in line for line in findings(root))


@pytest.mark.parametrize("region", ["SOLUTION", "MARK SCHEME", "HIDDEN TESTS"])
@pytest.mark.parametrize(
    ("marks", "what"),
    [
        (("BEGIN",), "1 x BEGIN {0}, 0 x END {0}"),
        (("END",), "0 x BEGIN {0}, 1 x END {0}"),
        (("END", "BEGIN"), "1 x BEGIN {0}, 1 x END {0}"),
        (("BEGIN", "BEGIN", "END", "END"), "2 x BEGIN {0}, 2 x END {0}"),
    ],
)
def test_region_without_its_other_end_is_found(root: Path, region: str, marks: tuple[str, ...], what: str) -> None:
    source = "\n".join(["def other(): ...", *(f"### {mark} {region}" for mark in marks)])
    rewrite(root, solution_cell(), points_cell(), code(source, labels(grade_id="other", solution=True, grade=True)))
    assert f"inverse: cell 3 (other): {what.format(region)}" in findings(root)


def test_solution_region_in_a_cell_that_is_no_solution_cell_is_found(root: Path) -> None:
    rewrite(root, solution_cell() | {"metadata": {}}, points_cell())
    assert findings(root) == ["inverse: cell 1: BEGIN SOLUTION in a cell that is no solution cell"]


def test_written_question_carries_points_of_its_own(root: Path) -> None:
    task = {
        "cell_type": "markdown",
        "metadata": labels(grade_id="why", locked=True, task=True, points=4),
        "source": "?",
    }
    answer = {
        "cell_type": "markdown",
        "metadata": labels(grade_id="a", grade=True, solution=True, points=4),
        "source": "?",
    }
    rewrite(root, solution_cell(), points_cell(), task, answer)
    assert findings(root) == []


def test_solution_that_loses_a_property_is_found(root: Path) -> None:
    assert findings(root, grader(report(100, 0), report(0, 0))) == ["inverse: solution: loses test_value (failed: )"]


def test_template_that_earns_points_is_found(root: Path) -> None:
    what = "earns 1 points for test_shape before anything is written"
    assert findings(root, grader(report(100, 250), report(100, 0))) == [f"inverse: template: {what}"]


def test_fault_of_the_grader_is_no_score(root: Path) -> None:
    assert findings(root, grader(report(fault="no walls"), report(fault="no walls"))) == [
        "inverse: solution: could not be graded (no walls)",
        "inverse: template: could not be graded (no walls)",
    ]


def test_template_that_cannot_be_made_is_found(root: Path) -> None:
    def refuse(assignment: Assignment) -> bytes:
        raise ReleaseError("a solution survived")

    found = check_course(load_course(root / "course.yml"), grade=RIGHT, make_template=refuse)
    assert [finding.what for finding in found] == ["a solution survived"]


def released_with_a_solution(root: Path) -> Path:
    """Return the notebook of a release that was made after all of its source was written."""
    path = root / "generated" / "release" / "inverse" / "inverse.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook(code(f"def f():\n        {SOLUTION_LINE}")), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["inverse.ipynb", "test_inverse.py"])
def test_release_older_than_its_source_is_told_and_not_judged(root: Path, name: str) -> None:
    made = released_with_a_solution(root).stat().st_mtime_ns
    os.utime(root / "assignments" / "inverse" / name, ns=(made + 1, made + 1))
    found = check_course(load_course(root / "course.yml"), grade=RIGHT, make_template=lambda assignment: TEMPLATE)
    assert [str(finding) for finding in found] == [
        f"warning: inverse: release: generated/release/inverse is older than {name}. Try: run steepest release inverse"
    ]


def test_solution_in_an_earlier_release_is_found(root: Path) -> None:
    released_with_a_solution(root)
    assert findings(root) == [f"inverse: release of cell 1 (code): holds a solution: '{SOLUTION_LINE}'"]


def test_finding_is_told_in_one_line(root: Path) -> None:
    finding = check_course(load_course(root / "course.yml"))[0]
    assert str(finding) == ("warning: inverse: solution: was not graded. Try: run this where submissions can be graded")
