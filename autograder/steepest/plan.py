"""What a grading is going to do, before it does anything: whom it grades and why, whom it keeps, whom it leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from steepest.engine.local import Task
from steepest.errors import NotebookError, SteepestError
from steepest.grade import Paper, provenance
from steepest.model import GradeReport
from steepest.outputs.report_json import load_report
from steepest.reasons import Reason, differences, is_for_the_submission
from steepest.submissions import Submission
from steepest.text import clean


class Fate(Enum):
    """What becomes of a submission in a run: graded, its report kept as up to date, or left though out of date."""

    GRADE = "grade"
    KEEP = "keep"
    LEAVE = "leave"


@dataclass(frozen=True)
class Planned:
    """What is going to become of one submission; ``report`` is the one that it has, ``reasons`` speak against that."""

    submission: Submission
    fate: Fate
    reasons: tuple[Reason, ...] = ()
    report: GradeReport | None = None


@dataclass(frozen=True)
class Look:
    """The report that a submission has, if any, and why it would be graded again; no reason means up to date."""

    report: GradeReport | None
    reasons: tuple[Reason, ...]

    def fate(self, *, only_new: bool = False) -> Fate:
        """Return what becomes of the submission; ``only_new`` leaves what only the course or the kit speaks against."""
        if not self.reasons:
            return Fate.KEEP
        return Fate.LEAVE if only_new and not is_for_the_submission(self.reasons) else Fate.GRADE


def look(folder: Path, paper: Paper, task: Task) -> Look:
    """Return what there is of a submission; ``folder`` has the reports on its assignment."""
    path = folder / task.student / "report.json"
    report = read_report(path)
    if report is None:
        return Look(None, (Reason.DAMAGED if path.exists() else Reason.NEW,))
    if report.student != task.student:
        return Look(None, (Reason.DAMAGED,))
    if report.fault is not None:
        return Look(report, (Reason.FAULT,))
    raw = task.data if isinstance(task.data, bytes) else b""
    reasons = differences(report.provenance, provenance(paper, raw))
    if isinstance(task.data, NotebookError) and Reason.NOTEBOOK not in reasons and not _says(report, task.data):
        reasons = (Reason.NOTEBOOK, *reasons)
    return Look(report, reasons)


def read_report(path: Path) -> GradeReport | None:
    """Return the report in a file; None if there is none that can be read."""
    try:
        return load_report(path.read_bytes())
    except (OSError, SteepestError):
        return None


def _says(report: GradeReport, error: NotebookError) -> bool:
    """Return whether a report on an unreadable file gives this very cause; such files have no bytes to compare."""
    return any(clean(str(error)) in note for note in report.notes)


def plan(
    folder: Path, paper: Paper, submissions: Sequence[Submission], *, force: bool = False, only_new: bool = False
) -> tuple[Planned, ...]:
    """Return what is going to become of each submission; nothing is graded or written.

    ``force`` grades what is up to date too, ``only_new`` leaves every report that only the course or the kit put out
    of date.
    """
    return tuple(_planned(folder, paper, submission, force=force, only_new=only_new) for submission in submissions)


def _planned(folder: Path, paper: Paper, submission: Submission, *, force: bool, only_new: bool) -> Planned:
    found = look(folder, paper, Task(submission.student, submission.read()))
    if force and not found.reasons:
        return Planned(submission, Fate.GRADE, (Reason.FORCED,), found.report)
    return Planned(submission, found.fate(only_new=only_new), found.reasons, found.report)


def counted(planned: Sequence[Planned], fate: Fate) -> dict[tuple[Reason, ...], int]:
    """Return how many submissions have this fate, by their reasons; the commonest reasons come first."""
    return dict(Counter(each.reasons for each in planned if each.fate is fate).most_common())
