"""One report for a submission, whoever asks: the one that exists and is up to date, or else a new one."""

from __future__ import annotations

import atexit
import hashlib
from dataclasses import replace
from pathlib import Path

from steepest.course import Assignment, Course
from steepest.engine.local import Task
from steepest.errors import NotebookError
from steepest.grade import Paper, grade
from steepest.grade_class import CELLS, confining_walls, exam_path, graded_folder, prepare, publish_new
from steepest.history import History
from steepest.model import GradeReport
from steepest.outputs.cells_json import load_cells
from steepest.plan import Fate, look
from steepest.sandbox.client import Zygote

_zygotes: list[Zygote] = []
_papers: dict[tuple[object, ...], Paper] = {}


def graded_report(
    course: Course, assignment: Assignment, student: str, data: bytes | NotebookError, *, only_new: bool = False
) -> GradeReport:
    """Return the report on a submission with what its cells showed; it is on disk and on record before this returns.

    ``only_new`` takes a report that only the course or the kit put out of date as it is.
    """
    paper = _paper(course, assignment)
    found = look(graded_folder(course, assignment), paper, Task(student, data))
    if found.report is not None and found.fate(only_new=only_new) is not Fate.GRADE:
        return with_cells(course, assignment, found.report)
    report = grade(paper, student, data, _zygote())
    publish_new(course, assignment, report, data, History(course.generated, assignment.id), found.reasons)
    return report


def with_cells(course: Course, assignment: Assignment, report: GradeReport) -> GradeReport:
    """Return a report that was read from disk with what the cells showed, which has a file of its own."""
    try:
        data = (graded_folder(course, assignment) / report.student / CELLS).read_bytes()
    except OSError:
        return report
    return replace(report, shown=load_cells(data, report.provenance.notebook_sha256))


def digest(data: bytes | NotebookError) -> str:
    """Return the digest under which a report knows these bytes."""
    return hashlib.sha256(data if isinstance(data, bytes) else b"").hexdigest()


def _paper(course: Course, assignment: Assignment) -> Paper:
    """Return the paper; it is made anew only when exam, properties or course.yml have changed."""
    key = (assignment, _state(exam_path(course, assignment)), _state(assignment.properties))
    if key not in _papers:
        _papers.clear()
        _papers[key] = prepare(course, assignment, confining_walls())
    return _papers[key]


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _zygote() -> Zygote:
    """Return the zygote of this process: torch is imported once, however many notebooks nbgrader goes through."""
    if _zygotes and not _zygotes[0].alive:
        _forget_zygote()
    if not _zygotes:
        _zygotes.append(Zygote())
    return _zygotes[0]


@atexit.register
def _forget_zygote() -> None:
    while _zygotes:
        _zygotes.pop().close()
