"""``steepest export``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from steepest.cli import NOT_GRADED, console, course_option, errors, fail
from steepest.course import load_course
from steepest.gradebook.database import opened
from steepest.gradebook.standings import standings
from steepest.outputs.canvas import canvas_import
from steepest.outputs.grade_table import Standing, grade_table
from steepest.outputs.report_json import write_atomic

MAX_EXPORT_BYTES = 50 << 20


@click.command()
@click.argument("assignment_ids", metavar="[ASSIGNMENT...]", nargs=-1)
@course_option
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="Where to.  [default: generated/grades.csv]"
)
@click.option("--canvas", is_flag=True, help="Write what Canvas imports, for one ASSIGNMENT.")
@click.option("--column", help="The assignment in Canvas, such as 'Inverse (4711)'.  [default: its title]")
@click.option(
    "--from-canvas",
    "exported",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The gradebook as Canvas exports it: students and column are taken from it.",
)
@click.option("--incomplete", is_flag=True, help="Give Canvas also scores that a person has to complete.")
def export(
    assignment_ids: Sequence[str],
    course_file: Path,
    to: Path | None,
    canvas: bool,
    column: str | None,
    exported: Path | None,
    incomplete: bool,
) -> None:
    """Write the grades of all assignments, or of those named, as CSV: for spreadsheets, or for Canvas.

    Scores are the gradebook's, with manual points and late penalties. Exit code 3 if Canvas' own file lacks somebody.
    """
    course = load_course(course_file)
    known = [course.assignment(name) for name in assignment_ids]
    with opened(course) as gradebook:
        found = tuple(standings(course, gradebook, assignment_ids))
    if not found:
        fail(f"the gradebook {course.gradebook.url} has no student on it. Try: steepest grade, or nbgrader autograde")
    if not (canvas or exported or column):
        _write(to or course.generated / "grades.csv", grade_table(found), found)
        return
    if len(known) != 1:
        fail("Canvas takes one assignment at a time. Try: steepest export ASSIGNMENT --canvas")
    ready = tuple(standing for standing in found if standing.submitted and (incomplete or not standing.needs_manual))
    if not ready:
        fail("a person has to grade everybody first; nothing was written. Try: formgrader, or --incomplete")
    text = exported.read_bytes()[:MAX_EXPORT_BYTES].decode("utf-8-sig", "replace") if exported else None
    made = canvas_import(ready, column or known[0].title, text)
    _write(to or course.generated / f"canvas-{known[0].id}.csv", made.text, ready)
    for standing in found:
        if standing.submitted and standing not in ready:
            errors.print(f"left out, a person has to grade it first: {standing.student}", style="yellow", markup=False)
    for student in made.unknown:
        errors.print(f"left out, {exported} does not list: {student}", style="yellow", markup=False)
    if made.unknown:
        raise SystemExit(NOT_GRADED)


def _write(path: Path, text: str, found: Sequence[Standing]) -> None:
    write_atomic(path.absolute(), text.encode("utf-8"))
    scored = sum(standing.score is not None for standing in found)
    manual = sum(standing.needs_manual for standing in found)
    words = f"{path}: {len(found)} lines, {scored} with a score"
    console.print(f"{words}, {manual} need a person" if manual else words, soft_wrap=True, markup=False)
