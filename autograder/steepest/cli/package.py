"""``steepest package``."""

from __future__ import annotations

from pathlib import Path

import click

from steepest.cli import console, course_option, fail
from steepest.course import load_course
from steepest.grade_class import exam_path
from steepest.outputs.gradescope import VISIBILITIES
from steepest.outputs.report_json import write_atomic
from steepest.package import gradescope_package


@click.group()
def package() -> None:
    """Make what a platform wants to be given."""


@package.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@course_option
@click.option("--practice", is_flag=True, help="Grade on the practice exam, and pack nothing secret.")
@click.option(
    "--visibility",
    type=click.Choice([*VISIBILITIES, "due_date"]),
    default="due_date",
    show_default=True,
    help="When students see the tests; due_date: at once on a practice exam, after the due date on the real one.",
)
@click.option(
    "--per-day", type=click.IntRange(0, 1000), default=0, help="Submissions graded in 24 hours.  [default: all]"
)
@click.option("--pip-flags", default="", help="Further options for pip, such as another index for a CPU torch.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="[default: generated/gradescope/...zip]"
)
def gradescope(
    assignment_id: str,
    course_file: Path,
    practice: bool,
    visibility: str,
    per_day: int,
    pip_flags: str,
    output: Path | None,
) -> None:
    """Make the zip that Gradescope builds the autograder of ASSIGNMENT from.

    It holds the exam, so it is as secret as the exam itself: upload it, and keep no copy where students can read.
    """
    course = load_course(course_file)
    assignment = course.assignment(assignment_id)
    exam = None if practice else exam_path(course, assignment)
    if exam is not None and not exam.is_file():
        fail(f"{exam}: there is no exam yet. Try: steepest exam draw {assignment.id}, or --practice")
    data = gradescope_package(
        course, assignment, exam=exam, visibility=visibility, per_day=per_day, pip_flags=pip_flags
    )
    target = output or course.generated / "gradescope" / f"{assignment.id}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, data)
    console.print(f"{target}: {len(data)} bytes{'' if practice else ', SECRET: it holds the exam'}", soft_wrap=True)
