"""The use case: a submission of an assignment, its exam and its limits in; a `GradeReport` out.

Order matters. The notebook's cells run and every question of the exam is asked in one worker, which is killed before
anything is concluded. Failures are then explained on public matrices in a fresh worker that has never seen the exam,
and only after that is each failing example asked there once more.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from steepest.answers import CallStatus
from steepest.course import Assignment
from steepest.errors import NotebookError, NotServed, SteepestError
from steepest.exam import Exam
from steepest.judging import judging_sha256
from steepest.model import CellNote, CellOutput, GradeReport, Limits, PropertyResult, Provenance, Verdict
from steepest.notebook import graded_sources, notes_on, parse_notebook
from steepest.plugin import collect_properties, replay
from steepest.sandbox.budget import Budget
from steepest.sandbox.cells import CellResult
from steepest.sandbox.client import Zygote
from steepest.sandbox.gpu import CPU, Device
from steepest.sandbox.limits import Wall
from steepest.sandbox.session import Session, Source
from steepest.verdicts import blank_result, conclude

if TYPE_CHECKING:
    from steepest.sandbox.inprocess import OpenSession

    Sitting = Session | OpenSession

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Paper:
    """Everything that grading one assignment needs and all its submissions share.

    ``explained`` is False where nobody reads why: verdicts are taken as they first come, without a search for
    counterexamples and without a second look at failures.
    """

    assignment: Assignment
    exam: Exam
    walls: tuple[Wall, ...]
    explained: bool = True
    device: Device = CPU

    @property
    def limits(self) -> Limits:
        """Return what one submission may use."""
        return self.assignment.limits


def grade(paper: Paper, student: str, data: bytes | NotebookError, zygote: Zygote | None) -> GradeReport:
    """Return the report on one submission; ``data`` are the notebook's bytes, or why they could not be read.

    Without a ``zygote`` the notebook runs in this very process: only for somebody's own.

    A fault of the kit, foreseen or not, is retried once, with everything fresh but the zygote, and then reported as
    a fault. Where the machine is too busy a second try would only keep it busy. What exactly broke goes to the log of
    whoever runs the grading: its text may quote the exam.
    """
    try:
        return _grade(paper, student, data, zygote)
    except NotServed as fault:
        return fault_report(paper, student, data, str(fault))
    except Exception:
        _log.warning("grading %s failed and is tried once more", student, exc_info=True)
    try:
        return _grade(paper, student, data, zygote)
    except SteepestError as fault:
        return fault_report(paper, student, data, str(fault))
    except Exception as error:
        _log.exception("grading %s failed twice", student)
        return fault_report(paper, student, data, f"the judge broke ({type(error).__name__})")


def fault_report(paper: Paper, student: str, data: bytes | NotebookError, fault: str) -> GradeReport:
    """Return the report that says that the kit failed: it carries no score, and a person must look."""
    return _report(paper, student, data if isinstance(data, bytes) else b"", (), fault=fault)


def _grade(paper: Paper, student: str, data: bytes | NotebookError, zygote: Zygote | None) -> GradeReport:
    try:
        if isinstance(data, NotebookError):
            raise data
        notebook = parse_notebook(data)
    except NotebookError as error:
        return _unreadable(paper, student, data if isinstance(data, bytes) else b"", error)
    sources = [Source(cell.index, cell.source) for cell in graded_sources(notebook)]
    first, apart, second = _sittings(paper, sources, zygote)
    with first, apart:
        first.start()
        tried = replay(paper.assignment.properties, first, paper.exam, apart)
    with second:
        violation = first.violation or apart.violation
        results = conclude(tried, second if paper.explained and not violation else None)
    exercises = tuple(dict.fromkeys(attempt.trial.info.exercise for attempt in tried))
    notes = _notes(notes_on(notebook, paper.assignment.functions, exercises), violation)
    cells, shown = _cell_notes(first.cells), _shown(first.cells)
    return _report(paper, student, data, results, notes=notes, cells=cells, shown=shown)


def _sittings(paper: Paper, sources: Sequence[Source], zygote: Zygote | None) -> tuple[Sitting, Sitting, Sitting]:
    """Return where the exam is sat, where functions are asked apart, and a room for explanations.

    The last has not seen the exam. All three draw on one budget, and the second is seldom used.
    """
    if zygote is None:
        from steepest.sandbox.inprocess import OpenSession

        first = OpenSession(sources)
        return first, first, OpenSession(sources, attempt=1)
    budget = Budget(paper.limits)
    exam, apart = (Session(zygote, sources, budget, paper.walls) for _ in range(2))
    return exam, apart, Session(zygote, sources, budget, paper.walls, attempt=1)


def _unreadable(paper: Paper, student: str, raw: bytes, error: NotebookError) -> GradeReport:
    results = tuple(
        replace(blank_result(info, Verdict.ERRORED), message=error.reason, help=error.way_out)
        for info in collect_properties(paper.assignment.properties)
    )
    return _report(paper, student, raw, results, notes=(f"The notebook could not be read: {error}",))


def _notes(notes: tuple[str, ...], violation: str) -> tuple[str, ...]:
    if not violation:
        return notes
    words = f"The submission broke the grader's protocol ({violation}); nothing was asked after that."
    return (*notes, f"{words} A person should look.")


def _cell_notes(cells: Mapping[int, CellResult]) -> tuple[CellNote, ...]:
    return tuple(CellNote(index, _cell_text(result)) for index, result in sorted(cells.items()) if _cell_text(result))


def _shown(cells: Mapping[int, CellResult]) -> tuple[CellOutput, ...]:
    found = (
        CellOutput(index, result.printed, result.outputs, _cell_text(result)) for index, result in sorted(cells.items())
    )
    return tuple(output for output in found if output.printed or output.bundles or output.error)


def _cell_text(result: CellResult) -> str:
    match result.status:
        case CallStatus.RETURNED:
            return ""
        case CallStatus.RAISED:
            return f"raised {result.error}"
        case CallStatus.TIMED_OUT:
            return "did not end within its limit of CPU time; the other cells were run without it"
        case CallStatus.DIED:
            return f"ended the process ({result.error}); the other cells were run without it"
        case _:
            return result.error


def _report(
    paper: Paper,
    student: str,
    raw: bytes,
    results: tuple[PropertyResult, ...],
    *,
    notes: tuple[str, ...] = (),
    cells: tuple[CellNote, ...] = (),
    shown: tuple[CellOutput, ...] = (),
    fault: str | None = None,
) -> GradeReport:
    return GradeReport(
        assignment=paper.assignment.id,
        student=student,
        properties=results,
        notes=notes,
        cells=cells,
        provenance=provenance(paper, raw),
        fault=fault,
        shown=shown,
    )


def provenance(paper: Paper, raw: bytes) -> Provenance:
    """Return everything that decides the score of a submission with these bytes."""
    properties_sha256 = _file_sha256(paper.assignment.properties)
    return Provenance(
        notebook_sha256=hashlib.sha256(raw).hexdigest(),
        properties_sha256=properties_sha256,
        judging_sha256=judging_sha256(paper.assignment.properties, properties_sha256),
        exam_sha256=paper.exam.sha256,
        limits=tuple(sorted(asdict(paper.limits).items())),
        walls=tuple(wall.value for wall in paper.walls),
        device=paper.device.text,
        versions=_versions(),
    )


def _file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version()), ("numpy", np.__version__)]
    for name in ("steepest", "torch", "hypothesis", "ipython"):
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(sorted(found))
