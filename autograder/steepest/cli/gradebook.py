"""``steepest history`` and ``steepest feedback``, and what ``steepest grade`` does with nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import click
from rich.table import Column, Table
from rich.text import Text

from steepest.cli import console, course_option, fail
from steepest.course import Assignment, Course, load_course
from steepest.gradebook.changes import Change, Changes
from steepest.gradebook.database import is_in_gradebook
from steepest.history import Attempt, History
from steepest.model import GradeReport, points_text
from steepest.submissions import Submission
from steepest.text import one_line


def publish_to_gradebook(
    course: Course,
    assignment: Assignment,
    submissions: Sequence[Submission],
    reports: Sequence[GradeReport],
    left: Collection[str] | None,
    *,
    wanted: bool | None,
) -> list[str]:
    """Write reports to the gradebook and return what a person has to know; without the assignment in it, do nothing.

    ``left`` None means that no published score is to be left: see `publish_grades`. ``wanted`` None means: if the
    gradebook has the assignment. Nothing of nbgrader is imported before that is known.
    """
    if wanted is False or (wanted is None and not is_in_gradebook(course, assignment)):
        return []
    with console.status("writing the gradebook ..."):
        from steepest.gradebook.publish import publish_grades

        entries = list(publish_grades(course, assignment, submissions, reports, left))
    changed = sum(entry.changed for entry in entries)
    console.print(f"gradebook: {changed} of {len(entries)} changed", markup=False)
    _tell_changes(course, assignment, [entry.change for entry in entries if entry.change is not None])
    return [f"gradebook: {entry.student}: {entry.problem}" for entry in entries if entry.problem]


def _tell_changes(course: Course, assignment: Assignment, changes: Sequence[Change]) -> None:
    if not changes:
        return
    console.print(f"published scores that this run changed: {len(changes)}", style="bold yellow")
    for change in changes:
        console.print(Text(f"  {change.text}"), soft_wrap=True)
    console.print(f"kept for later: {Changes(course.generated, assignment.id).path}", markup=False, soft_wrap=True)


@click.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@click.argument("student", required=False)
@click.option("--changes", is_flag=True, help="Show instead each published score that a run changed, and why.")
@course_option
def history(assignment_id: str, student: str | None, changes: bool, course_file: Path) -> None:
    """Show every attempt at ASSIGNMENT that was ever graded, of everyone or of one STUDENT, oldest first.

    The notebook of an attempt lies below generated/history, named by its digest. With --changes: the scores that the
    gradebook had and that a run of the kit replaced, penalties included.
    """
    course = load_course(course_file)
    assignment = course.assignment(assignment_id)
    console.print((_changes if changes else _attempts)(course, assignment, student))


def _changes(course: Course, assignment: Assignment, student: str | None) -> Table:
    found = list(Changes(course.generated, assignment.id).all(student))
    if not found:
        fail(f"no change of a published score of {assignment.id} is on record" + _for(student))
    table = Table("time (UTC)", "change", "by", box=None)
    for change in found:
        table.add_row(*map(Text, (_time(change.time), change.text, one_line(change.by, 20))))
    return table


def _for(student: str | None) -> str:
    return f" for {one_line(student)}" if student else ""


def _time(time: str) -> str:
    return time.removesuffix("+00:00").replace("T", " ")


def _attempts(course: Course, assignment: Assignment, student: str | None) -> Table:
    attempts = list(History(course.generated, assignment.id).attempts(student))
    if not attempts:
        fail(f"no attempt at {assignment.id} is on record" + _for(student))
    names = ("time (UTC)", "student", "score", "notebook", "conditions", "why", "by")
    table = Table(*(Column(name, justify="right" if name == "score" else "left") for name in names), box=None)
    for attempt in attempts:
        table.add_row(*map(Text, _cells(attempt)))
    return table


def _cells(attempt: Attempt) -> tuple[str, ...]:
    score = "not graded"
    if attempt.points is not None and attempt.max_points is not None:
        score = f"{points_text(attempt.points)} / {points_text(attempt.max_points)}"
    student, by, why = one_line(attempt.student, 40), one_line(attempt.by, 20), one_line(", ".join(attempt.why), 60)
    return _time(attempt.time), student, score, attempt.notebook_sha256[:12], attempt.conditions[:12], why, by


@click.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@click.argument("students", metavar="STUDENTS...", nargs=-1)
@course_option
def feedback(assignment_id: str, students: Sequence[str], course_file: Path) -> None:
    """Make the pages on ASSIGNMENT for students, with manual scores and comments: nbgrader's page and the kit's.

    Earlier pages are made anew. They lie below generated/feedback; nbgrader release_feedback hands them out.
    """
    course = load_course(course_file)
    assignment = course.assignment(assignment_id)
    with console.status("making pages ..."):
        from steepest.gradebook.feedback import make_feedback

        made = make_feedback(course, assignment, students)
    for page in made.pages:
        console.print(str(page), markup=False, soft_wrap=True)
    waiting = [student for student in made.waiting if student]
    if waiting:
        console.print(f"a person still has to look at: {', '.join(waiting)}", style="yellow", markup=False)
