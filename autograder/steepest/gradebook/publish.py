"""From reports to the gradebook, in one writer: what `nbgrader autograde` would have left behind, without running it.

A submission's rows change in one transaction; its files follow, each whole or not at all, the time stamp last. So
whenever this is ended, the gradebook holds the old grade or the new one, and the next run does what is left.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from steepest.course import Assignment, Course
from steepest.errors import GradebookError, NotebookError, SteepestError
from steepest.gradebook.changes import Change, published
from steepest.gradebook.database import nbgrader_api, one_transaction, opened, told
from steepest.gradebook.executed import SourceCell, attempt_digest, attempt_of, dumped, filled, repaired
from steepest.gradebook.folders import Folders, folders_of
from steepest.gradebook.grading import digest, with_cells
from steepest.gradebook.late import late_penalty
from steepest.gradebook.rows import auto_scores, put_on_record, release_cells, save, set_due
from steepest.gradebook.writing import writers_turn
from steepest.history import History
from steepest.model import GradeReport
from steepest.notebook import read_submission
from steepest.outputs.report_json import write_atomic
from steepest.submissions import Submission

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
"""What nbgrader's exchange puts beside a submission: when it came, and what its feedback is found by."""

MAX_SMALL_BYTES = 4096


@dataclass(frozen=True)
class Entry:
    """What became of one student: whether rows or files changed, and what a person has to know.

    ``change`` is there if a score that was published before is another one now.
    """

    student: str
    changed: bool = False
    problem: str = ""
    change: Change | None = None


@dataclass(frozen=True)
class _Desk:
    """Everything that the entries of one assignment share."""

    course: Course
    assignment: Assignment
    folders: Folders
    gradebook: Any
    release: tuple[SourceCell, ...]
    history: History
    only_new: bool


def publish_grades(
    course: Course,
    assignment: Assignment,
    submissions: Sequence[Submission],
    reports: Sequence[GradeReport],
    left: Collection[str] | None = None,
) -> Iterator[Entry]:
    """Yield what became of each student, the moment that it is in the gradebook.

    With ``left``, of `steepest grade --only new`, everything that is published stays as it is: students in ``left``
    keep what the gradebook has of them, though their report is out of date, and nobody's late penalty is renewed.

    Raises:
        GradebookError: The gradebook cannot be used, or does not fit the properties; the students before are done.
    """
    by_student = {report.student: report for report in reports}
    history = History(course.generated, assignment.id)
    with opened(course) as gradebook:
        with told(course):
            release = release_cells(gradebook, assignment)
        desk = _Desk(course, assignment, folders_of(course), gradebook, release, history, left is not None)
        for submission in submissions:
            with writers_turn(course):
                report = by_student[submission.student]
                step = _leave if report.student in (left or ()) else _enter
                yield step(desk, submission, report)


def _enter(desk: _Desk, submission: Submission, report: GradeReport) -> Entry:
    data = submission.read()
    if digest(data) != report.provenance.notebook_sha256:
        return Entry(report.student, problem="handed in anew while being graded; grade again")
    _take_in(desk, submission, data)
    report = with_cells(desk.course, desk.assignment, report)
    notebook = filled(repaired(data, desk.release), report, desk.release)
    time, problem = _timestamp(desk, report.student)
    if _is_entered(desk, report, notebook, time):
        return Entry(report.student, problem=problem) if desk.only_new else _renew_penalty(desk, report, problem)
    change = _write_rows(desk, report, notebook, time)
    _write_files(desk, report.student, notebook)
    return Entry(report.student, changed=True, problem=problem, change=change)


def _leave(desk: _Desk, submission: Submission, report: GradeReport) -> Entry:
    """Leave what is published of a student; one of whom the gradebook has no points is entered."""
    names = (desk.assignment.notebook.stem, desk.assignment.id, report.student)
    try:
        rows = desk.gradebook.find_submission_notebook(*names)
    except nbgrader_api().MissingEntry:
        return _enter(desk, submission, report)
    if all(points is None for points in published(rows).cells.values()):
        return _enter(desk, submission, report)
    problem = "its report has other points than the gradebook, which was left. Try: grade without --only new"
    return Entry(report.student, problem="" if _agrees(desk, rows, report) else problem)


def _agrees(desk: _Desk, rows: Any, report: GradeReport) -> bool:  # noqa: ANN401  # nbgrader has no types
    """Return whether the test cells have the points of a report, or cannot be compared with it."""
    try:
        scores = auto_scores(report, {"cells": []}, desk.release)
    except GradebookError:  # the properties were made worth something else since
        return True
    tests = {cell.grade_id for cell in desk.release if cell.is_test}
    return all(grade.auto_score == scores[grade.name] for grade in rows.grades if grade.name in tests)


def _take_in(desk: _Desk, submission: Submission, data: bytes | NotebookError) -> None:
    """Put a submission that came from elsewhere into nbgrader's ``submitted``; one that it replaces goes on record."""
    target = desk.folders.submitted(submission.student, desk.assignment.id) / desk.assignment.notebook.name
    if not isinstance(data, bytes) or submission.path.resolve() == target.resolve():
        return
    earlier = _bytes(target)
    if earlier is not None and earlier != data:
        desk.history.preserve(earlier)
    target.parent.mkdir(parents=True, exist_ok=True)
    for name in (TIMESTAMP, SECRET):
        small = _small(submission.path.parent / name)
        if small is not None:
            write_atomic(target.parent / name, small)
    if earlier != data:
        write_atomic(target, data)


def _timestamp(desk: _Desk, student: str) -> tuple[datetime | None, str]:
    """Return when the submission came, by its ``timestamp.txt``; and a word if that is no time."""
    from nbgrader.utils import parse_utc

    text = _small(desk.folders.submitted(student, desk.assignment.id) / TIMESTAMP)
    if text is None or not text.strip():
        return None, ""
    with suppress(ValueError, OverflowError, AttributeError):
        return parse_utc(text.decode("ascii", "replace").strip()), ""
    return None, f"its {TIMESTAMP} holds no time, so it cannot be told whether it is late"


def _is_entered(desk: _Desk, report: GradeReport, notebook: dict[str, Any], time: datetime | None) -> bool:
    """Return whether gradebook and executed notebook have this very attempt, so that nothing is to be done."""
    names = (desk.assignment.notebook.stem, desk.assignment.id, report.student)
    if attempt_digest(report) != _attempt_on_disk(desk, report.student):
        return False
    try:
        submission = desk.gradebook.find_submission(desk.assignment.id, report.student)
    except nbgrader_api().MissingEntry:
        return False
    rows = desk.gradebook.find_submission_notebook(*names)
    scores = auto_scores(report, notebook, desk.release)
    same = all(grade.auto_score == scores[grade.name] for grade in rows.grades if grade.name in scores)
    return same and (time is None or submission.timestamp == time)


def _renew_penalty(desk: _Desk, report: GradeReport, problem: str) -> Entry:
    """Bring the late penalty up to date, since a person may have changed the score."""
    gradebook, assignment, student = desk.gradebook, desk.assignment, report.student
    submission = gradebook.find_submission(assignment.id, student)
    rows = gradebook.find_submission_notebook(assignment.notebook.stem, assignment.id, student)
    with one_transaction(gradebook):
        set_due(submission.assignment, assignment)
        gradebook.db.flush()
        before = published(rows)
        rows.late_submission_penalty = late_penalty(assignment.late, rows.score, submission.total_seconds_late)
        change = put_on_record(desk.course, before, rows, report, desk.release)
        return Entry(student, published(rows).penalty != before.penalty, problem, change)


def _attempt_on_disk(desk: _Desk, student: str) -> str | None:
    path = desk.folders.autograded(student, desk.assignment.id) / desk.assignment.notebook.name
    try:
        notebook = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return attempt_of(notebook) if isinstance(notebook, dict) else None


def _write_rows(desk: _Desk, report: GradeReport, notebook: dict[str, Any], time: datetime | None) -> Change | None:
    gradebook = desk.gradebook
    stamp = {} if time is None else {"timestamp": time}
    with one_transaction(gradebook):
        gradebook.update_or_create_student(report.student)
        gradebook.update_or_create_submission(desk.assignment.id, report.student, **stamp)
        return save(gradebook, desk.course, desk.assignment, report, notebook, desk.release)


def _write_files(desk: _Desk, student: str, notebook: dict[str, Any]) -> None:
    """Write the executed notebook, then what the exchange needs, the time stamp last: by it a formgrader goes."""
    target = desk.folders.autograded(student, desk.assignment.id)
    source = desk.folders.submitted(student, desk.assignment.id)
    try:
        target.mkdir(parents=True, exist_ok=True)
        write_atomic(target / desk.assignment.notebook.name, dumped(notebook))
        for name in (SECRET, TIMESTAMP):
            small = _small(source / name)
            if small is not None:
                write_atomic(target / name, small)
    except OSError as error:
        text = (
            f"{target} cannot be written ({error.strerror}). Try: look at its permissions and at the disk, then again"
        )
        raise GradebookError(text) from error


def _small(path: Path) -> bytes | None:
    try:
        return read_submission(path, max_bytes=MAX_SMALL_BYTES)
    except SteepestError:
        return None


def _bytes(path: Path) -> bytes | None:
    try:
        return read_submission(path)
    except NotebookError:
        return None
