"""Every attempt that was ever graded: who, when, which notebook, which score, why. Lines are added, never changed.

nbgrader keeps one submission and one score a student; this record lies beside it, below ``generated/history``:
``<assignment>.jsonl`` has a line for each grading, ``<assignment>/<sha256>.ipynb`` each notebook that was graded.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from steepest.errors import NotebookError
from steepest.model import GradeReport, Provenance
from steepest.outputs.report_json import write_atomic
from steepest.reasons import Reason

PRIVATE = 0o700


@dataclass(frozen=True)
class Attempt:
    """One grading of one notebook. ``points`` are hundredths of a point, None when the kit failed.

    ``conditions`` is a digest of all that decides the score besides the notebook: properties, exam, limits, versions.
    ``by`` is the account that ran the grading, ``time`` an ISO 8601 time in UTC. ``why`` has the words of
    `steepest.reasons`: why there was a grading; a line of an older kit has none.
    """

    time: str
    student: str
    notebook_sha256: str
    conditions: str
    points: int | None
    max_points: int | None
    by: str
    fault: str = ""
    why: tuple[str, ...] = ()


_ATTEMPT = TypeAdapter(Attempt)


def conditions(provenance: Provenance) -> str:
    """Return a short digest of everything but the notebook that decides a score."""
    record = asdict(provenance) | {"notebook_sha256": ""}
    if provenance.judging_sha256 is None:
        del record["judging_sha256"]  # so that the lines about reports from before still fit them
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]


class History:
    """The attempts of one assignment below ``generated/history``."""

    def __init__(self, generated: Path, assignment: str) -> None:
        self.path = generated / "history" / f"{assignment}.jsonl"
        self.notebooks = generated / "history" / assignment
        self._known: set[tuple[str, str, str]] | None = None

    def add(self, report: GradeReport, data: bytes | NotebookError, why: Collection[Reason] = ()) -> None:
        """Put a grading on record: the notebook's bytes first, then a line that is whole or absent."""
        attempt = replace(_attempt(report), why=tuple(reason.value for reason in why))
        self.path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if isinstance(data, bytes):
            self.preserve(data)
        append_line(self.path, json.dumps(asdict(attempt)).encode("ascii"))
        if self._known is not None:
            self._known.add(_key(attempt))

    def preserve(self, data: bytes) -> None:
        """Keep a copy of a notebook under the digest of its bytes."""
        self.notebooks.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        path = self.notebooks / f"{hashlib.sha256(data).hexdigest()}.ipynb"
        if not path.exists():
            write_atomic(path, data)

    def keep(self, report: GradeReport, data: bytes | NotebookError) -> None:
        """Put a report on record that was found up to date, if it is missing there.

        A grader may have been killed after the report was written and before its line was.
        """
        if self._known is None:
            self._known = {_key(attempt) for attempt in self.attempts()}
        if _key(_attempt(report)) not in self._known:
            self.add(report, data)

    def attempts(self, student: str | None = None) -> Iterator[Attempt]:
        """Yield the attempts (of one student), oldest first; a line that cannot be read is passed over."""
        for record in read_lines(self.path, student):
            try:
                yield _ATTEMPT.validate_python(record)
            except ValidationError:
                continue

    def why(self, report: GradeReport) -> tuple[str, ...]:
        """Return why a report was made, as the newest line about it says; nothing if none does."""
        key = _key(_attempt(report))
        found = [attempt.why for attempt in self.attempts(report.student) if _key(attempt) == key]
        return found[-1] if found else ()

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
        by=account(),
        fault=report.fault or "",
    )


def _key(attempt: Attempt) -> tuple[str, str, str]:
    return attempt.student, attempt.notebook_sha256, attempt.conditions


def account() -> str:
    """Return who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def read_lines(path: Path, student: str | None = None) -> Iterator[dict[str, object]]:
    """Yield the records in a file of JSON lines (those of one ``student``); a line that is no record is passed over."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    name = b"" if student is None else json.dumps(student).encode("ascii")
    for line in (line for line in lines if line and name in line):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and student in (None, record.get("student")):
            yield record


def append_line(path: Path, line: bytes) -> None:
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
