"""``steepest release`` and ``steepest check``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from steepest.check_course import Finding, GradeBytes, Severity, check_course
from steepest.cli import console, course_option, errors
from steepest.course import Assignment, Course, load_course
from steepest.errors import SandboxUnavailableError
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.grade_class import confining_walls
from steepest.model import GradeReport
from steepest.plugin import all_families, collect_properties
from steepest.release import release as release_assignment
from steepest.sandbox.client import Zygote


@click.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@course_option
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Where to.  [default: generated/release]"
)
def release(assignment_id: str, course_file: Path, output: Path | None) -> None:
    """Make the folder that students get for ASSIGNMENT: template notebook, properties, README.

    nbgrader makes the template from the source notebook. No line of a solution may survive in it.
    """
    course = load_course(course_file)
    with console.status(f"releasing {assignment_id} (nbgrader takes some seconds) ..."):
        made = release_assignment(course, assignment_id, output)
    console.print(f"released: {made.folder}", soft_wrap=True, markup=False)


@click.command()
@click.argument("assignment_ids", metavar="[ASSIGNMENT]...", nargs=-1)
@course_option
@click.option("--no-grading", is_flag=True, help="Only look at files; do not run solutions and templates.")
def check(assignment_ids: Sequence[str], course_file: Path, no_grading: bool) -> None:
    """Look for mistakes in a course before its students do: in each ASSIGNMENT that is named, or else in all.

    Files exist, points sum, notebook and properties agree, solutions are marked as such, the solution earns full
    marks, the template earns zero, and no solution survives in a release. Exit code 1 if there is an error; warnings
    do not count.
    """
    course = load_course(course_file).only(assignment_ids)
    with tempfile.TemporaryDirectory() as folder, console.status("checking the course ...") as status:

        def make_template(assignment: Assignment) -> bytes:
            status.update(f"releasing {assignment.id} ...")
            return release_assignment(course, assignment.id, Path(folder)).notebook.read_bytes()

        with _grading(enabled=not no_grading) as grade_bytes:
            findings = check_course(course, grade=grade_bytes, make_template=make_template)
    _show(course, findings)


@contextmanager
def _grading(*, enabled: bool) -> Iterator[GradeBytes | None]:
    """Lend the real grading on a practice exam; None where it is not wanted or submissions cannot be confined."""
    try:
        walls = confining_walls() if enabled else ()
    except SandboxUnavailableError:
        # The error's own way out speaks of an option of other verbs.
        what = "solutions and templates are not run, since this machine cannot confine them"
        errors.print(f"{what}. Try: steepest doctor, which shows what is missing", style="yellow")
        walls = ()
    if not walls:
        yield None
        return
    with Zygote() as zygote:

        def grade_bytes(assignment: Assignment, data: bytes) -> GradeReport:
            families = all_families(collect_properties(assignment.properties))
            return grade(Paper(assignment, practice_exam(assignment.id, families), walls), "check", data, zygote)

        yield grade_bytes


def _show(course: Course, findings: Sequence[Finding]) -> None:
    for finding in findings:
        style = "red" if finding.severity is Severity.ERROR else "yellow"
        console.print(str(finding), style=style, markup=False, soft_wrap=True)
    count = sum(finding.severity is Severity.ERROR for finding in findings)
    names = ", ".join(assignment.id for assignment in course.assignments)
    if count:
        console.print(f"{course.source.name}: {count} to mend", style="red", markup=False)
        raise SystemExit(1)
    console.print(f"{course.source.name}: no error found (assignments: {names})", style="green", markup=False)
