"""A course that is graded in a moment, with everything that nbgrader knows: tests, written answers, tasks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steepest.course import Assignment, Course, load_course
from steepest.gradebook.database import opened
from steepest.gradebook.grading import graded_report
from steepest.gradebook.publish import Entry, publish_grades
from steepest.submissions import find_submissions

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the gradebook's tests"

COURSE = """
title: A tiny course
timezone: Europe/Berlin
roster: roster.csv
engine: {kind: local, jobs: 2}
assignments:
  - id: double
    title: Twice as much
    notebook: assignments/double/double.ipynb
    properties: assignments/double/test_double.py
    functions: [double]
    points: 5.5
    due: 2027-02-01T23:59
    late: {policy: per_day, percent: 10, max_days: 5}
"""
ROSTER = "id,first_name,last_name,email\n" + "".join(f"{name},{name.title()},Doe,\n" for name in ("ada", "bob", "cleo"))
PROPERTIES = '''"""What `double` must do."""

import pytest
from hypothesis import given

from steepest.expect import expect_at_most
from steepest.strategies.inverse import one_by_one_matrices, permutation_matrices

points = pytest.mark.points


@points(2.5, exercise="numbers")
@given(M=one_by_one_matrices())
def test_a_number_is_doubled(student, M):
    """A single number is doubled."""
    X = student.double(M).tensor(shape=M.shape, dtype=M.dtype)
    expect_at_most("max |X - 2 M|", abs(X - 2 * M).max(), 1e-6)


@points(3, exercise="matrices")
@given(M=permutation_matrices())
def test_a_matrix_is_doubled(student, M):
    """A matrix is doubled."""
    X = student.double(M).tensor(shape=M.shape, dtype=M.dtype)
    expect_at_most("max |X - 2 M|", abs(X - 2 * M).max(), 1e-6, heat_map=("X - 2 M", X - 2 * M))
'''

RIGHT = "def double(M):\n    return 2 * M"
HALF = "def double(M):\n    return 2 * M if M.shape == (1, 1) else M"
WRONG = "def double(M):\n    return M"
FULL, PARTIAL = 5.5, 2.5


def labels(grade_id: str, **more: object) -> dict[str, Any]:
    """Return the metadata of a cell that nbgrader knows."""
    base = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": base | {"grade_id": grade_id} | more}


def cell(source: str, metadata: dict[str, Any] | None = None, kind: str = "code") -> dict[str, Any]:
    """Return a cell of nbformat 4."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": metadata or {}, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def test_cell(name: str, points: float) -> dict[str, Any]:
    """Return the locked test cell of an exercise."""
    return cell(f'check(double, exercise="{name}")', labels(name, grade=True, locked=True, points=points))


TASK = "Why?\n=== BEGIN MARK SCHEME ===\nBecause it is twice as much.\n=== END MARK SCHEME ==="
SOLVED = "def double(M):\n    ### BEGIN SOLUTION\n    return M + M\n    ### END SOLUTION"


def cells(code: str = RIGHT, answer: str = "Because I say so.", extra: list[dict[str, Any]] | None = None) -> list[Any]:
    """Return the cells of a notebook with this solution and this written answer."""
    return [
        cell("# Twice", kind="markdown"),
        cell("from steepest import check"),
        cell(code, labels("double-code", solution=True)),
        test_cell("numbers", 2.5),
        *(extra or []),
        test_cell("matrices", 3),
        cell(answer, labels("answer", grade=True, solution=True, points=4), kind="markdown"),
        cell(TASK.split("\n")[0], labels("task", task=True, locked=True, points=2), kind="markdown"),
        cell("*The task's answer.*", kind="markdown"),
    ]


def notebook(made: list[Any] | None = None, **options: Any) -> bytes:  # noqa: ANN401  # what `cells` takes
    """Return the bytes of a notebook."""
    tree = {"cells": cells(**options) if made is None else made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(tree).encode()


@dataclass(frozen=True)
class TinyCourse:
    """The course on disk, and the commands that run on it."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def course(self) -> Course:
        """Return the course as the kit reads it."""
        return load_course(self.root / "course.yml")

    @property
    def assignment(self) -> Assignment:
        """Return its one assignment."""
        return self.course.assignment("double")

    def folder(self, step: str, student: str) -> Path:
        """Return one of nbgrader's folders."""
        return self.root / "generated" / step / student / "double"

    def hand_in(self, time: str = "2027-01-20 12:00:00 UTC", /, **notebooks: bytes) -> None:
        """Put submissions where nbgrader collects them."""
        for student, data in notebooks.items():
            folder = self.folder("submitted", student)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "double.ipynb").write_bytes(data)
            (folder / "timestamp.txt").write_text(time)
            (folder / "submission_secret.txt").write_text(f"secret of {student}")

    def command(self, program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """Return the command line and the environment of a call of nbgrader or of the kit."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "STEEPEST_SECRET": SECRET, "COLUMNS": "100"}
        start = [sys.executable, "-m", program]
        if program == "nbgrader":
            start = [str(Path(sys.executable).parent / "nbgrader")]
        return [*start, *arguments], environment | {"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"} | dict(
            self.environment
        )

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the course's folder to its end."""
        command, environment = self.command(program, *arguments)
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=280)

    def grade(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Grade all submissions with the kit, into the gradebook."""
        return self.run("steepest", "grade", "double", "generated/submitted", "--anyone", "--jobs", "1", *arguments)

    def enter(self) -> list[Entry]:
        """Grade all submissions in this process, with the kit's own writer: what ``steepest grade`` does, sooner."""
        course, assignment = self.course, self.assignment
        submissions, _ = find_submissions([self.root / "generated" / "submitted"], "double")
        reports = [graded_report(course, assignment, item.student, item.read()) for item in submissions]
        return list(publish_grades(course, assignment, submissions, reports))

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return everything that the gradebook has on every student, cell by cell, without its random ids."""
        with opened(self.course) as gradebook:
            return {row.student.id: _row(row) for row in gradebook.assignment_submissions("double")}

    def scores(self) -> dict[str, float]:
        """Return the score of every student."""
        return {student: row["score"] for student, row in self.rows().items()}

    def change(self, student: str, name: str, **values: object) -> None:
        """Set something in a row of a grade, as a person does in formgrader."""
        with opened(self.course) as gradebook:
            grade = gradebook.find_grade(name, "double", "double", student)
            for key, value in values.items():
                setattr(grade, key, value)
            gradebook.db.commit()

    def comment(self, student: str, name: str, text: str) -> None:
        """Write a comment, as a person does in formgrader."""
        with opened(self.course) as gradebook:
            gradebook.find_comment(name, "double", "double", student).manual_comment = text
            gradebook.db.commit()

    def executed(self, student: str) -> dict[str, Any]:
        """Return the executed notebook of a student."""
        made: dict[str, Any] = json.loads((self.folder("autograded", student) / "double.ipynb").read_bytes())
        return made


def _row(row: Any) -> dict[str, Any]:  # noqa: ANN401  # nbgrader has no types
    (sheet,) = row.notebooks
    grades = {
        grade.name: (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade, grade.score)
        for grade in sheet.grades
    }
    comments = {comment.name: (comment.auto_comment, comment.manual_comment) for comment in sheet.comments}
    student = (row.student.first_name, row.student.last_name, row.student.email)
    return {
        "student": student,
        "timestamp": row.timestamp,
        "late": row.total_seconds_late,
        "penalty": sheet.late_submission_penalty,
        "flagged": sheet.flagged,
        "score": row.score,
        "max_score": row.max_score,
        "grades": grades,
        "comments": comments,
    }


def make(root: Path, url: str | None = None, environment: Mapping[str, str] | None = None) -> TinyCourse:
    """Return the course in a new folder: released by nbgrader, its exam drawn, nothing handed in."""
    folder = root / "assignments" / "double"
    folder.mkdir(parents=True)
    (root / "course.yml").write_text(COURSE + (f"gradebook: {{url: '{url}'}}\n" if url else ""))
    (root / "roster.csv").write_text(ROSTER)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (folder / "test_double.py").write_text(PROPERTIES)
    source = cells(SOLVED, answer="YOUR ANSWER HERE")
    source[6] = cell(TASK, labels("task", task=True, locked=True, points=2), kind="markdown")
    (folder / "double.ipynb").write_bytes(notebook(source))
    made = TinyCourse(root, environment or {})
    for program, *arguments in (("steepest", "exam", "draw", "double"), ("nbgrader", "generate_assignment", "double")):
        done = made.run(program, *arguments)
        assert done.returncode == 0, done.stderr
    return made


def copied(course: TinyCourse, root: Path) -> TinyCourse:
    """Return a copy of a course; its database lies below the folder, so it is copied along."""
    shutil.copytree(course.root, root, dirs_exist_ok=True)
    return TinyCourse(root, course.environment)


@contextmanager
def unwritable(path: Path) -> Any:  # noqa: ANN401  # a context manager
    """Make a file read-only for a while; root may write all the same, so those tests say that they are skipped."""
    mode = path.stat().st_mode
    path.chmod(0o444)
    try:
        yield
    finally:
        path.chmod(mode)
