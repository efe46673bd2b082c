"""How the class stands: the gradebook's scores, manual ones included, and the points of each property beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from steepest.course import Course
from steepest.errors import CourseError, SteepestError
from steepest.grade_class import graded_folder
from steepest.outputs.grade_table import Standing
from steepest.outputs.report_json import load_report

Row = Any


def standings(
    course: Course, gradebook: Row, assignments: Collection[str] = (), students: Collection[str] = ()
) -> Iterator[Standing]:
    """Yield a standing for every student and assignment of the gradebook, or for those that are named."""
    for assignment in sorted(gradebook.assignments, key=lambda row: row.name):
        if assignments and assignment.name not in assignments:
            continue
        submissions = {row.student_id: row for row in gradebook.assignment_submissions(assignment.name)}
        for student in gradebook.students:
            if not students or student.id in students:
                yield _standing(course, assignment, student, submissions.get(student.id))


def _standing(course: Course, assignment: Row, student: Row, submission: Row | None) -> Standing:
    who: dict[str, Any] = {
        "assignment": assignment.name,
        "student": student.id,
        "last_name": student.last_name or "",
        "first_name": student.first_name or "",
        "email": student.email or "",
        "duedate": _time(assignment.duedate),
        "max_score": float(assignment.max_score),
    }
    if submission is None:
        return Standing(**who)
    raw, penalty = float(submission.score), float(submission.late_submission_penalty or 0.0)
    return Standing(
        **who,
        submitted=True,
        timestamp=_time(submission.timestamp),
        raw_score=raw,
        penalty=penalty,
        score=max(0.0, raw - penalty),
        needs_manual=bool(submission.needs_manual_grade),
        exercises=_exercises(submission),
        properties=_properties(course, assignment.name, student.id),
    )


def _exercises(submission: Row) -> dict[str, float | None]:
    """Return the points of each graded cell; None where a person has to give them and has not yet."""
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    return {
        grade.name: None if grade.auto_score is None and grade.manual_score is None else float(grade.score)
        for grade in sorted(grades, key=lambda grade: grade.name)
    }


def _properties(course: Course, assignment: str, student: str) -> dict[str, float | None]:
    """Return the points of each property, as the report that lies on disk has them; nothing without a report."""
    try:
        path = graded_folder(course, course.assignment(assignment)) / student / "report.json"
        report = load_report(path.read_bytes())
    except (OSError, CourseError, SteepestError):
        return {}
    return {
        result.name.removeprefix("test_"): None if report.fault is not None else result.points / 100
        for result in report.properties
    }


def _time(time: Any) -> str:  # noqa: ANN401  # a naive datetime in UTC, or nothing
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"
