"""Releasing an assignment: what students get, what they never get, and that a failure changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from steepest import release as module
from steepest.course import Course, load_course
from steepest.errors import CourseError, ReleaseError
from steepest.kit_wheel import NAME
from steepest.release import ReleasedFolder, readme, release

COURSE = """
title: Descent
timezone: Europe/Berlin
assignments:
  - id: inverse
    title: The inverse
    notebook: assignments/inverse/inverse.ipynb
    properties: assignments/inverse/test_inverse.py
    functions: [calculate_inverse]
    points: 3.5
    due: 2027-02-01T23:59
    late: {policy: per_day, percent: 10, max_days: 5}
"""
PROPERTIES = "# The properties: X M = I.\n"
SOLUTION = "return torch.linalg.inv(M), []"


def labels(grade_id: str, **more: object) -> dict[str, Any]:
    base = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "grade_id": grade_id}
    return {"nbgrader": base | more}


def cell(name: str, source: str, metadata: dict[str, Any] | None = None, kind: str = "code") -> dict[str, Any]:
    base = {"cell_type": kind, "id": name, "metadata": metadata or {}, "source": source}
    return base | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def solution(body: str = SOLUTION) -> dict[str, Any]:
    region = f"    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
    return cell("code", f"def calculate_inverse(M):\n    n = len(M)\n{region}", labels("code", solution=True))


TEST = cell("test", "check(calculate_inverse)", labels("inverse", grade=True, locked=True, points=3.5))
TASK = cell(
    "task",
    "Why?\n=== BEGIN MARK SCHEME ===\nBecause of the singular values.\n=== END MARK SCHEME ===",
    labels("why", locked=True, task=True, points=4),
    kind="markdown",
)


def write(root: Path, *cells: dict[str, Any]) -> None:
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    tree = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (root / "assignments" / "inverse" / "inverse.ipynb").write_text(json.dumps(tree), encoding="utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a small course with a solution, a mark scheme and files beside the notebook that must not get out."""
    folder = tmp_path / "assignments" / "inverse"
    (folder / ".hypothesis").mkdir(parents=True)
    (folder / ".hypothesis" / "example").write_text("a matrix", encoding="utf-8")
    (folder / "exam.bin").write_text("the exam", encoding="utf-8")
    (folder / "notes.txt").write_text("notes", encoding="utf-8")
    (folder / "test_inverse.py").write_text(PROPERTIES, encoding="utf-8")
    (tmp_path / "course.yml").write_text(COURSE, encoding="utf-8")
    write(tmp_path, solution(), TEST, TASK)
    return load_course(tmp_path / "course.yml")


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


class FakeApi:
    """Stands in for nbgrader: writes a notebook as the release, or fails."""

    def __init__(self, destination: Path, *cells: dict[str, Any], error: str = "") -> None:
        self.destination, self.cells, self.error = destination, cells, error

    def generate_assignment(self, name: str, *, force: bool, create: bool) -> dict[str, object]:
        if self.error:
            lines = [f"[INFO] line {n}" for n in range(99)] + [f"[ERROR] line {n}" for n in range(99)]
            return {"success": False, "log": "\n".join([*lines, f"    {self.error}"]), "error": "see the log"}
        (self.destination / name).mkdir(parents=True)
        tree = {"cells": list(self.cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (self.destination / name / "inverse.ipynb").write_text(json.dumps(tree), encoding="utf-8")
        return {"success": True}


def fake(monkeypatch: pytest.MonkeyPatch, *cells: dict[str, Any], error: str = "") -> None:
    """Let the next releases be made from ``cells`` instead of by nbgrader."""
    monkeypatch.setattr(
        module, "_nbgrader", lambda course, assignment, destination: FakeApi(destination, *cells, error=error)
    )


STUB = cell("code", "def calculate_inverse(M):\n    raise NotImplementedError()", labels("code", solution=True))


@pytest.mark.slow
@pytest.mark.kernel
def test_nbgrader_releases_the_template_and_nothing_else(course: Course) -> None:
    before = os.getcwd(), os.environ["PATH"], sys.modules.get("rfc3987_syntax", "absent")
    released = release(course, "inverse")
    folder = course.root / "generated" / "release" / "inverse"
    assert released == ReleasedFolder("inverse", folder, folder / "inverse.ipynb", folder / "test_inverse.py")
    assert files_below(folder) == {"inverse.ipynb", "test_inverse.py", "README.md", NAME}
    assert files_below(course.generated) - {f"release/inverse/{name}" for name in files_below(folder)} == {
        *("release", "release/inverse", "gradebook.db")
    }
    text = released.notebook.read_text(encoding="utf-8")
    assert "raise NotImplementedError()" in text
    assert "linalg" not in text
    assert "singular values" not in text
    assert released.properties.read_text(encoding="utf-8") == PROPERTIES
    assert (os.getcwd(), os.environ["PATH"], sys.modules.get("rfc3987_syntax", "absent")) == before
    assert (folder.stat().st_mode & 0o777, released.notebook.stat().st_mode & 0o444) == (0o755, 0o444)

    write(course.root, STUB | {"source": "def calculate_inverse(M): # BEGIN SOLUTION"}, TEST)
    with pytest.raises(ReleaseError, match="no end solution statement found"):
        release(course, "inverse")
    assert released.notebook.read_text(encoding="utf-8") == text


@pytest.mark.slow
@pytest.mark.kernel
def test_assignments_of_this_repository_are_released(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    shutil.copytree(root / "assignments", tmp_path / "assignments")
    shutil.copy(root / "course.yml", tmp_path)
    course = load_course(tmp_path / "course.yml")
    for assignment in course.assignments:
        released = release(course, assignment.id)
        assert files_below(released.folder) == {assignment.notebook.name, assignment.properties.name, "README.md", NAME}


def test_new_release_replaces_the_earlier_one(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, STUB)
    folder = release(course, "inverse", course.root / "out").folder
    (folder / "stale").write_text("", encoding="utf-8")
    release(course, "inverse", course.root / "out")
    assert files_below(course.root / "out") == {
        *("inverse", "inverse/inverse.ipynb", "inverse/test_inverse.py", "inverse/README.md", f"inverse/{NAME}")
    }


@pytest.mark.parametrize(("cells", "error"), [((), "RuntimeError: why"), ((cell("code", f"    {SOLUTION}"),), "")])
def test_failure_leaves_the_earlier_release_as_it_is(
    course: Course, monkeypatch: pytest.MonkeyPatch, cells: tuple[dict[str, Any], ...], error: str
) -> None:
    fake(monkeypatch, STUB)
    folder = release(course, "inverse").folder
    before = {path: path.read_bytes() for path in folder.iterdir()}
    fake(monkeypatch, *cells, error=error)
    with pytest.raises(ReleaseError):
        release(course, "inverse")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert files_below(course.generated / "release") == {"inverse", *(f"inverse/{path.name}" for path in before)}


def test_failure_of_nbgrader_shows_the_end_of_its_log(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, error="RuntimeError: why")
    with pytest.raises(ReleaseError, match="RuntimeError: why") as caught:
        release(course, "inverse")
    assert "[ERROR] line 98" in str(caught.value)
    assert "[ERROR] line 1\n" not in str(caught.value)
    assert "INFO" not in str(caught.value)


def test_success_without_a_notebook_is_not_believed(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    class Empty(FakeApi):
        def generate_assignment(self, name: str, *, force: bool, create: bool) -> dict[str, object]:
            return {"success": True}

    monkeypatch.setattr(module, "_nbgrader", lambda course, assignment, destination: Empty(destination))
    with pytest.raises(ReleaseError, match=r"wrote no inverse\.ipynb"):
        release(course, "inverse")


LEAKS = [
    (cell("x", f"def other(M):\n  {SOLUTION}"), "this line of a solution"),
    (cell("x", f"Hint: use `{SOLUTION}`", kind="markdown"), "this line of a solution"),
    (cell("x", "# BEGIN SOLUTION"), "BEGIN SOLUTION"),
    (cell("x", "Because of the singular values.", kind="markdown"), "Because of the singular values."),
    (cell("x", "1") | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}, "clear them"),
    (cell("x", "1", labels("x", own=1)), "nbgrader refuses keys"),
]


@pytest.mark.parametrize(("leak", "says"), LEAKS)
def test_release_that_gives_something_away_is_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch, leak: dict[str, Any], says: str
) -> None:
    fake(monkeypatch, STUB, leak)
    with pytest.raises(ReleaseError) as caught:
        release(course, "inverse")
    assert says in str(caught.value)
    assert not (course.generated / "release" / "inverse").exists()


def test_short_lines_that_students_are_shown_anyway_give_nothing_away(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = cell("demo", "for _ in range(steps):\n    x = 1")
    write(course.root, solution("for _ in range(steps):\n        losses = []"), demo)
    fake(monkeypatch, STUB, demo)
    assert release(course, "inverse").folder.is_dir()
    fake(monkeypatch, STUB, demo)
    write(course.root, solution("for _ in range(steps):\n        losses = []"))
    with pytest.raises(ReleaseError, match=r"for _ in range\(steps\):"):
        release(course, "inverse")


def test_solution_cell_without_a_region_is_secret_as_a_whole(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cell("code", "answer = forty_two()", labels("code", solution=True))
    write(course.root, whole)
    fake(monkeypatch, whole)
    with pytest.raises(ReleaseError, match="answer = forty_two"):
        release(course, "inverse")


def test_source_with_bad_metadata_is_refused_before_nbgrader_runs(course: Course) -> None:
    write(course.root, cell("code", "x = 1", labels("", solution=True)))
    with pytest.raises(CourseError, match="grade_id = ''"):
        release(course, "inverse")


def test_missing_properties_are_refused(course: Course) -> None:
    (course.root / "assignments" / "inverse" / "test_inverse.py").unlink()
    with pytest.raises(CourseError, match="names it as the properties"):
        release(course, "inverse")


def test_notebook_in_a_folder_of_another_name_is_refused(course: Course) -> None:
    text = COURSE.replace("id: inverse", "id: other")
    (course.root / "course.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="in a folder named other"):
        release(load_course(course.root / "course.yml"), "other")


def test_without_nbgrader_the_way_out_is_told(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nbgrader.apps.api", None)
    with pytest.raises(ReleaseError, match=r"pip install 'steepest\[nbgrader\]'"):
        release(course, "inverse")


def test_readme_names_files_points_and_due_date_with_its_zone(course: Course) -> None:
    text = readme(course, course.assignments[0])
    assert "Due Monday, 01 February 2027, 23:59 (CET)." in text
    assert "Each day late costs 10 % of the points, for at most 5 days." in text
    assert "worth 3.5 points" in text
    assert "`inverse.ipynb`" in text
    assert "`test_inverse.py`" in text


def test_readme_beside_the_notebook_is_released_with_the_due_date(course: Course) -> None:
    assignment = course.assignments[0]
    (assignment.folder / "README.md").write_text("# Our own words\n")
    text = readme(course, assignment)
    assert text.startswith("# Our own words\n\n## Due\n\n")
    assert "2027" in text
