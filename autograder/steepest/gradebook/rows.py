"""The rows of the gradebook that a graded submission changes: scores, comments, penalty; all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from steepest._source_notebook import read_labelled
from steepest.course import Assignment, Course, load_roster
from steepest.errors import CourseError, GradebookError, SteepestError
from steepest.gradebook.changes import UNKNOWN, Change, Changes, Published, change_of, published
from steepest.gradebook.executed import SourceCell
from steepest.gradebook.late import late_penalty
from steepest.history import History
from steepest.model import GradeReport
from steepest.outputs.nbgrader import score_of

NO_RESPONSE = "No response."
NEEDS_A_PERSON = "The grader failed on this submission. Nothing was scored by it; a person has to look."

Row = Any
"""A row of nbgrader's tables; nbgrader has no types."""


def release_cells(gradebook: Row, assignment: Assignment) -> tuple[SourceCell, ...]:
    """Return the labelled cells of the release as the gradebook knows them, in the order of the source notebook.

    Raises:
        GradebookError: The gradebook does not know the notebook.
    """
    notebook = _notebook(gradebook, assignment)
    graded = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    order = _order(assignment)
    cells = [
        SourceCell(row.name, row.cell_type, row.source or "", bool(row.locked), _labels(row, graded, solutions, tasks))
        for row in notebook.source_cells
    ]
    return tuple(sorted(cells, key=lambda cell: (order.get(cell.grade_id, len(order)), cell.grade_id)))


def _notebook(gradebook: Row, assignment: Assignment) -> Row:
    for notebook in (n for a in gradebook.assignments if a.name == assignment.id for n in a.notebooks):
        if notebook.name == assignment.notebook.stem:
            return notebook
    raise GradebookError(
        f"{assignment.id} is not in the gradebook. Try: nbgrader generate_assignment {assignment.id}, "
        f"or steepest release {assignment.id}"
    )


def _labels(row: Row, graded: Mapping[str, Row], solutions: set[str], tasks: set[str]) -> dict[str, Any]:
    labels: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": row.name,
        "grade": row.name in graded and row.name not in tasks,
        "solution": row.name in solutions,
        "task": row.name in tasks,
        "locked": bool(row.locked),
        "checksum": row.checksum,
        "cell_type": row.cell_type,
    }
    return labels | ({"points": graded[row.name].max_score} if row.name in graded else {})


def _order(assignment: Assignment) -> dict[str, int]:
    """Return the place of each label in the source notebook; a database keeps no order."""
    try:
        cells = read_labelled(assignment.notebook)
    except CourseError:
        return {}
    return {item.cell.grade_id: place for place, item in enumerate(cells) if item.cell.grade_id}


def save(
    gradebook: Row,
    course: Course,
    assignment: Assignment,
    report: GradeReport,
    notebook: Mapping[str, Any],
    release: tuple[SourceCell, ...],
) -> Change | None:
    """Set what the kit knows of a submission in its rows; manual scores, extra credit and manual comments stay.

    The caller commits. A grader's fault takes the kit's earlier scores away and asks for a person. Comes back with
    the change of a score that was published; it is on record by then.

    Raises:
        GradebookError: The properties and the gradebook do not agree on what an exercise is worth.
    """
    submission = gradebook.find_submission(assignment.id, report.student)
    rows = gradebook.find_submission_notebook(assignment.notebook.stem, assignment.id, report.student)
    before = published(rows)
    scores = auto_scores(report, notebook, release)
    tasks = {cell.grade_id for cell in release if cell.labels["task"]}
    for grade in rows.grades:
        if grade.name not in tasks:
            grade.auto_score = scores.get(grade.name)
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    untouched = _untouched(notebook, release)
    for comment in rows.comments:
        comment.auto_comment = _comment(report, comment.name in untouched and comment.name not in tasks)
    set_due(submission.assignment, assignment)
    _name(submission.student, course)
    gradebook.db.flush()
    gradebook.db.refresh(rows)
    rows.late_submission_penalty = late_penalty(assignment.late, rows.score, submission.total_seconds_late)
    return put_on_record(course, before, rows, report, release)


def put_on_record(
    course: Course, before: Published, rows: Row, report: GradeReport, release: tuple[SourceCell, ...]
) -> Change | None:
    """Return how a published score changes by what now stands in its rows, once that is on record; None if it does not.

    To be called before the commit: what cannot be put on record must not happen.
    """
    tests = [cell.grade_id for cell in release if cell.is_test]
    change = change_of(before, published(rows), report, tests)
    if change is None:
        return None
    if not change.why:
        change = replace(change, why=History(course.generated, report.assignment).why(report) or (UNKNOWN,))
    Changes(course.generated, report.assignment).add(change)
    return change


def set_due(row: Row, assignment: Assignment) -> None:
    """Let the gradebook have the due date of course.yml; where that has none, the gradebook keeps its own."""
    due = None if assignment.due is None else naive_utc(assignment.due)
    if due is not None and row.duedate != due:
        row.duedate = due


def _name(student: Row, course: Course) -> None:
    """Fill in what the roster knows of a student and the gradebook does not."""
    entries = () if course.roster is None or not course.roster.is_file() else load_roster(course.roster)
    for entry in (entry for entry in entries if entry.id == student.id):
        for name in ("first_name", "last_name", "email"):
            if not getattr(student, name):
                setattr(student, name, getattr(entry, name) or None)


def naive_utc(time: datetime) -> datetime:
    """Return a time as nbgrader's tables have it: UTC, and without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None)


def auto_scores(
    report: GradeReport, notebook: Mapping[str, Any], release: tuple[SourceCell, ...]
) -> dict[str, float | None]:
    """Return the score of each graded cell, None where a person gives it.

    Raises:
        GradebookError: The properties and the gradebook do not agree on what an exercise is worth.
    """
    tests = {cell.grade_id: float(cell.labels["points"]) for cell in release if cell.is_test}
    written = {cell.grade_id for cell in release if cell.labels["grade"] and not cell.is_test}
    answered = {result.exercise for result in report.properties}
    if lost := sorted(answered - tests.keys()):
        names = ", ".join(lost)
        raise GradebookError(f"the gradebook has no test cell {names}. Try: steepest release {report.assignment}")
    untouched = _untouched(notebook, release)
    scores: dict[str, float | None] = {name: 0.0 if name in untouched else None for name in written}
    for name, most in tests.items():
        scores[name] = None if report.fault is not None else _score(report, name, most)
    return scores


def _score(report: GradeReport, exercise: str, most: float) -> float | None:
    results = [result for result in report.properties if result.exercise == exercise]
    if not results:
        return None  # a test cell that no property belongs to: a person gives its points
    try:
        return score_of(results, most, exercise)
    except SteepestError as error:
        raise GradebookError(str(error)) from error


def _comment(report: GradeReport, untouched: bool) -> str | None:
    if report.fault is not None:
        return NEEDS_A_PERSON
    return NO_RESPONSE if untouched else None


def _untouched(notebook: Mapping[str, Any], release: tuple[SourceCell, ...]) -> set[str]:
    """Return the labels of the cells that hold just what the release had in them."""
    sources = {cell.grade_id: cell.source for cell in release}
    found = set()
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in sources and cell["source"] == sources[name]:
            found.add(name)
    return found
