"""Grading a class by its plan: reports are kept, left or made, and each one is written the moment it exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from steepest.course import Assignment, Course
from steepest.engine.local import Task, grade_all
from steepest.errors import CourseError, NotebookError, Problem, SandboxUnavailableError
from steepest.exam import Exam, load_exam
from steepest.grade import Paper
from steepest.history import History
from steepest.model import GradeReport, points_text
from steepest.outputs.cells_json import dump_cells
from steepest.outputs.html import render_index, render_report
from steepest.outputs.report_json import dump_report, write_atomic
from steepest.plan import Fate, Planned, read_report
from steepest.plugin import collect_properties
from steepest.reasons import Reason
from steepest.sandbox.gpu import choose_device
from steepest.sandbox.limits import Wall, standing_walls

CELLS = "cells.json"
CONFINING = (Wall.LANDLOCK_FILES, Wall.OWN_UID)


@dataclass(frozen=True)
class Graded:
    """A report, and whether it was made now, found up to date, or left though it is out of date."""

    report: GradeReport
    fate: Fate = Fate.GRADE


def exam_path(course: Course, assignment: Assignment) -> Path:
    """Return where the frozen exam of an assignment lies."""
    return course.generated / "exams" / f"{assignment.id}.safetensors"


def graded_folder(course: Course, assignment: Assignment) -> Path:
    """Return the folder that reports on an assignment are written to, one folder a student."""
    return course.generated / "graded" / assignment.id


def confining_walls() -> tuple[Wall, ...]:
    """Return the walls that stand on this machine.

    Raises:
        SandboxUnavailableError: They do not keep a submission from other files or from starting programs.
    """
    walls = standing_walls()
    if Wall.SECCOMP not in walls or not any(wall in walls for wall in CONFINING):
        names = ", ".join(wall.value for wall in walls) or "none"
        raise SandboxUnavailableError(
            f"untrusted code cannot be confined on this machine; walls that stand: {names}. "
            "Try: a Linux kernel with seccomp and Landlock (6.2 or newer); your own notebooks can do with --no-sandbox"
        )
    return walls


def prepare(course: Course, assignment: Assignment, walls: tuple[Wall, ...], *, device: str = "") -> Paper:
    """Return what grading needs, after a look at whether the exam still fits the properties.

    ``device`` is ``cpu``, ``cuda`` or ``auto``; empty means what course.yml says.

    Raises:
        DeviceUnavailableError: A CUDA device is asked for, and there is none.
        ExamError: There is no exam, or it lacks a family that a property draws from.
        CourseError: The properties are worth something else than course.yml says.
    """
    exam = load_exam(assignment.id, exam_path(course, assignment))
    check_exam(assignment, exam)
    _check_points(course, assignment)
    return Paper(assignment, exam, walls, device=choose_device(device or assignment.device))


def _check_points(course: Course, assignment: Assignment) -> None:
    """Raise CourseError if the properties are worth something else than course.yml says: better now than afterwards."""
    worth = sum(info.max_points for info in collect_properties(assignment.properties))
    if worth != assignment.max_points:
        way_out = f"its properties sum to {points_text(worth)}; run steepest check"
        problem = Problem(f"points of {assignment.id}", points_text(assignment.max_points), way_out)
        raise CourseError(str(course.source), [problem])


def check_exam(assignment: Assignment, exam: Exam) -> None:
    """Raise ExamError unless the exam holds matrices for every property of the assignment."""
    for info in collect_properties(assignment.properties):
        exam.examples(info.families)


def grade_class(
    course: Course, paper: Paper, planned: Sequence[Planned], *, jobs: int, only_new: bool = False
) -> Iterator[Graded]:
    """Yield a report for every submission of a plan, first those that exist; each is on disk before it is yielded.

    Pages about reports that are up to date are made anew, since the kit's pages may be other ones now. ``only_new``
    leaves those too as they are.
    """
    history = History(course.generated, paper.assignment.id)
    for each in planned:
        if each.fate is Fate.GRADE or each.report is None:
            continue
        if each.fate is Fate.KEEP:
            history.keep(each.report, each.submission.read())
            if not only_new:
                publish(course, paper.assignment, each.report)
        yield Graded(each.report, each.fate)
    yield from _made(course, paper, [each for each in planned if each.fate is Fate.GRADE], jobs, history)


def _made(course: Course, paper: Paper, planned: Sequence[Planned], jobs: int, history: History) -> Iterator[Graded]:
    data = {each.submission.student: each.submission.read() for each in planned}
    why = {each.submission.student: each.reasons for each in planned}
    for report in grade_all(paper, [Task(student, read) for student, read in data.items()], jobs):
        student = report.student
        yield Graded(publish_new(course, paper.assignment, report, data[student], history, why[student]))


def publish_new(
    course: Course,
    assignment: Assignment,
    report: GradeReport,
    data: bytes | NotebookError,
    history: History,
    why: Sequence[Reason] = (),
) -> GradeReport:
    """Write a report that was made now, and what the cells showed, and put it on record; return it as files have it."""
    folder = graded_folder(course, assignment) / report.student
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / CELLS, dump_cells(report))
    kept = replace(report, shown=())
    publish(course, assignment, kept)
    history.add(kept, data, why)
    return kept


def publish(course: Course, assignment: Assignment, report: GradeReport) -> None:
    """Write the report of one student, each file whole or not at all; the record comes last, so what has it is done."""
    folder = graded_folder(course, assignment) / report.student
    folder.mkdir(parents=True, exist_ok=True)
    if "html" in course.outputs:
        page = render_report(report, course_title=course.title, assignment_title=assignment.title)
        write_atomic(folder / "report.html", page.encode())
    write_atomic(folder / "report.json", dump_report(report))


def publish_index(course: Course, assignment: Assignment, names: dict[str, str]) -> Path | None:
    """Write the overview of all reports that exist, and return its path; None if the course wants no HTML."""
    if "html" not in course.outputs:
        return None
    folder = graded_folder(course, assignment)
    reports = [report for report in map(read_report, sorted(folder.glob("*/report.json"))) if report is not None]
    page = render_index(reports, course_title=course.title, assignment_title=assignment.title, names=names)
    write_atomic(folder / "index.html", page.encode())
    return folder / "index.html"
