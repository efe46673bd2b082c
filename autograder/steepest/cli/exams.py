"""``steepest exam draw|show|verify``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from steepest.cli import console, course_option, fail
from steepest.course import Assignment, Course, load_course
from steepest.exam import Exam, differences, draw_exam, load_exam, save_exam
from steepest.grade_class import check_exam, exam_path
from steepest.linalg.condition import worst_condition_number
from steepest.model import shape_text
from steepest.plugin import all_families, collect_properties


@click.group()
def exam() -> None:
    """Draw, show or verify the secret exam of an assignment.

    The exam holds the matrices that every submission is asked. It is drawn once under the course's secret and
    then frozen, so that every student and every regrade meets the same matrices.
    """


@exam.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@course_option
@click.option("--force", is_flag=True, help="Replace an exam that exists. Scores made under it are then out of date.")
def draw(assignment_id: str, course_file: Path, force: bool) -> None:
    """Draw the exam of ASSIGNMENT under the course's secret and freeze it."""
    course, assignment, path = _open(course_file, assignment_id)
    drawn = _drawn(course, assignment)
    if path.exists() and not force:
        if load_exam(assignment.id, path).sha256 == drawn.sha256:
            console.print(f"{path} is this exam already; nothing was changed", soft_wrap=True)
            return
        fail(f"{path} exists and differs; --force replaces it, and scores made under it are then out of date")
    save_exam(drawn, path)
    console.print(f"{path}: {_count(drawn)} matrices, SHA-256 {drawn.sha256}", soft_wrap=True)


@exam.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@course_option
@click.option("--matrices", is_flag=True, help="Print the matrices themselves. They are SECRET.")
def show(assignment_id: str, course_file: Path, matrices: bool) -> None:
    """Show what the exam of ASSIGNMENT holds: families, sizes, condition numbers."""
    _, assignment, path = _open(course_file, assignment_id)
    frozen = load_exam(assignment.id, path)
    table = Table(title=f"{path.name}  SHA-256 {frozen.sha256[:16]}...")
    for column in ("family", "shape", "dtype", "condition number"):
        table.add_column(column)
    for family, drawn in frozen.matrices.items():
        for matrix in drawn:
            worst = worst_condition_number(matrix)
            shape = shape_text(matrix.shape)
            table.add_row(family, shape, matrix.dtype.name, "" if worst is None else f"{worst:.3g}")
    console.print(table)
    if matrices:
        for family, drawn in frozen.matrices.items():
            for index, matrix in enumerate(drawn):
                console.print(f"{family}/{index}\n{matrix}", markup=False)


@exam.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@course_option
def verify(assignment_id: str, course_file: Path) -> None:
    """Verify that the exam of ASSIGNMENT fits its properties and is the one that the secret draws."""
    course, assignment, path = _open(course_file, assignment_id)
    frozen = load_exam(assignment.id, path)
    check_exam(assignment, frozen)
    found = differences(frozen, _drawn(course, assignment))
    if found:
        fail(f"{path} is not the exam that this secret draws: {'; '.join(found)}", code=1)
    console.print(f"{path}: {_count(frozen)} matrices, as the secret draws them", soft_wrap=True)


def _open(course_file: Path, assignment_id: str) -> tuple[Course, Assignment, Path]:
    course = load_course(course_file)
    assignment = course.assignment(assignment_id)
    return course, assignment, exam_path(course, assignment)


def _drawn(course: Course, assignment: Assignment) -> Exam:
    families = all_families(collect_properties(assignment.properties))
    return draw_exam(assignment.id, families, course.read_secret())


def _count(exam: Exam) -> int:
    return sum(map(len, exam.matrices.values()))
