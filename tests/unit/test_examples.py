"""The sample class in ``examples/``: complete, readable, small, and in step with the properties that grade it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from steepest.notebook import parse_notebook, read_submission
from steepest.plugin import collect_properties
from steepest.roster import load_roster

ROOT = Path(__file__).parents[2]
SUBMITTED = ROOT / "examples" / "submitted"
STUDENTS = sorted(path.name for path in SUBMITTED.iterdir())
MAX_BYTES = 80_000


def submission(student: str) -> Path:
    """Return where nbgrader puts a student's notebook."""
    return SUBMITTED / student / "inverse" / "inverse.ipynb"


@cache
def expected() -> dict[str, dict[str, Any]]:
    """Return what a fair grader says of each student, as examples/expected.yml has it."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "expected.yml").read_text())
    return {entry["student"]: entry for entry in content["submissions"]}


@cache
def points_by_property() -> dict[str, int]:
    """Return the hundredths of a point of each graded property."""
    infos = collect_properties(ROOT / "assignments" / "inverse" / "test_inverse.py")
    return {info.name: info.max_points for info in infos}


def test_every_submission_is_by_a_student_of_the_roster() -> None:
    roster = {entry.id for entry in load_roster(ROOT / "examples" / "roster.csv")}
    assert roster - set(STUDENTS) == {"archimedes"}, "one student hands in nothing, as in every class"
    assert set(STUDENTS) <= roster


def test_the_class_is_large_enough_to_show_something() -> None:
    assert len(STUDENTS) >= 14


@pytest.mark.parametrize("student", STUDENTS)
def test_a_submission_is_a_small_readable_notebook_and_nothing_else(student: str) -> None:
    assert [path.name for path in (SUBMITTED / student).rglob("*") if path.is_file()] == ["inverse.ipynb"]
    data = read_submission(submission(student), max_bytes=MAX_BYTES)
    notebook = parse_notebook(data)
    assert notebook.remarks == ()
    assert any("def calculate_inverse" in cell.source for cell in notebook.code_cells)


@pytest.mark.parametrize("student", STUDENTS)
def test_a_submission_tells_nothing_of_the_machine_it_was_made_on(student: str) -> None:
    text = submission(student).read_text(encoding="utf-8")
    assert not re.findall(r"/(?:root|home|work|Users|usr)/", text)


def test_the_notebooks_come_in_the_formats_that_people_send() -> None:
    trees = {student: json.loads(submission(student).read_text(encoding="utf-8")) for student in STUDENTS}
    minors = {tree["nbformat_minor"] for tree in trees.values()}
    assert minors == {0, 2, 5}
    without_labels = [
        name for name, tree in trees.items() if not any("nbgrader" in c["metadata"] for c in tree["cells"])
    ]
    assert without_labels == ["ramanujan"]
    with_outputs = [name for name, tree in trees.items() if any(cell.get("outputs") for cell in tree["cells"])]
    assert len(with_outputs) >= 4


def test_expectations_cover_the_class() -> None:
    assert sorted(expected()) == STUDENTS


@pytest.mark.parametrize("student", STUDENTS)
def test_expectations_name_properties_that_exist(student: str) -> None:
    entry = expected()[student]
    must_pass, must_fail = set(entry["must_pass"]), set(entry["must_fail"])
    assert must_pass | must_fail <= set(points_by_property())
    assert not must_pass & must_fail


@pytest.mark.parametrize("student", STUDENTS)
def test_an_expected_score_agrees_with_the_properties_expected_to_hold(student: str) -> None:
    entry = expected()[student]
    points = points_by_property()
    least, most = (round(100 * float(bound)) for bound in entry["score"])
    assert least >= sum(points[name] for name in entry["must_pass"])
    assert most <= sum(points.values()) - sum(points[name] for name in entry["must_fail"])
    assert entry["full_marks"] is (least == sum(points.values()))
