"""Every attempt that was ever graded: who, when, which notebook, which score. Lines are added and never changed.

nbgrader keeps one submission and one score a student; this record lies beside it, below ``generated/history``:
``<assignment>.jsonl`` has a line for each grading, ``<assignment>/<sha256>.ipynb`` each notebook that was graded.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from steepest.errors import NotebookError
from steepest.model import GradeReport, Provenance
from steepest.outputs.report_json import write_atomic

PRIVATE = 0o700


@dataclass(frozen=True)
class Attempt:
    """One grading of one notebook. ``points`` are hundredths of a point, None when the kit failed.

    ``conditions`` is a digest of all that decides the score besides the notebook: properties, exam, limits, versions.
    ``by`` is the account that ran the grading, ``time`` an ISO 8601 time in UTC.
    """

    time: str
    student: str
    notebook_sha256: str
    conditions: str
    points: int | None
    max_points: int | None
    by: str
    fault: str = ""


_ATTEMPT = TypeAdapter(Attempt)


def conditions(provenance: Provenance) -> str:
    """Return a short digest of everything but the notebook that decides a score."""
    record = asdict(provenance) | {"notebook_sha256": ""}
    if not provenance.judging_sha256:
        del record["judging_sha256"]  # so that the lines about reports from before still fit them
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]


class History:
    """The attempts of one assignment below ``generated/history``."""

    def __init__(self, generated: Path, assignment: str) -> None:
        self.path = generated / "history" / f"{assignment}.jsonl"
        self.notebooks = generated / "history" / assignment
        self._known: set[tuple[str, str, str]] | None = None

    def add(self, report: GradeReport, data: bytes | NotebookError) -> None:
        """Put a grading on record: the notebook's bytes first, then a line that is whole or absent."""
        attempt = _attempt(report)
        self.path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if isinstance(data, bytes):
            self.preserve(data)
        _append(self.path, json.dumps(asdict(attempt)).encode("ascii"))
        if self._known is not None:
            self._known.add(_key(attempt))

    def preserve(self, data: bytes) -> None:
        """Keep a copy of a notebook under the digest of its bytes."""
        self.notebooks.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        path = self.notebooks / f"{hashlib.sha256(data).hexdigest()}.ipynb"
        if not path.exists():
            write_atomic(path, data)

    def keep(self, report: GradeReport, data: bytes | NotebookError) -> None:
        """Put a report on record that is up to date, unless it is: a grader may have been killed in between."""
        if self._known is None:
            self._known = {_key(attempt) for attempt in self.attempts()}
        if _key(_attempt(report)) not in self._known:
            self.add(report, data)

    def attempts(self, student: str | None = None) -> Iterator[Attempt]:
        """Yield the attempts (of one student), oldest first; a line that cannot be read is passed over."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in filter(None, lines):
            try:
                attempt = _ATTEMPT.validate_python(json.loads(line))
            except (ValueError, ValidationError):
                continue
            if student is None or attempt.student == student:
                yield attempt

    def notebook(self, attempt: Attempt) -> Path:
        """Return where the notebook of an attempt is kept."""
        return self.notebooks / f"{attempt.notebook_sha256}.ipynb"


def _attempt(report: GradeReport) -> Attempt:
    failed = report.fault is not None
    return Attempt(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        student=report.student,
        notebook_sha256=report.provenance.notebook_sha256,
        conditions=conditions(report.provenance),
        points=None if failed else report.points,
        max_points=None if failed else report.max_points,
        by=_account(),
        fault=report.fault or "",
    )


def _key(attempt: Attempt) -> tuple[str, str, str]:
    return attempt.student, attempt.notebook_sha256, attempt.conditions


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _append(path: Path, line: bytes) -> None:
    """Add a line with one write, on disk when this returns; what a killed writer left unfinished is ended first."""
    import fcntl  # not on Windows, where this module must import all the same

    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * torn + line + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
