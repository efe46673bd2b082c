"""Published scores that a run changed: student, old score, new score, why. No score changes without its line here.

A line is written before the gradebook is, in the same transaction. A run that is ended in between leaves a line about
a change that the next run makes, and that line stands twice.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from steepest.history import PRIVATE, account, append_line, read_lines
from steepest.model import GradeReport
from steepest.text import one_line

LATE = "late penalty"
UNKNOWN = "not on record"
"""Why a score changed: the penalty alone; or a report from before reasons were put on record. See also `Reason`."""

SAME = 1e-9
Row = Any


@dataclass(frozen=True)
class Change:
    """A published score that is another one now, penalty included; ``new`` is None where a fault left no score.

    ``cells`` has the points of each graded cell that changed, before and after, None where it had or has none.
    """

    time: str
    student: str
    old: float
    new: float | None
    why: tuple[str, ...]
    cells: dict[str, tuple[float | None, float | None]]
    by: str

    @property
    def text(self) -> str:
        """Return the change in a line: ``ada: 5.5 -> 2.5 (kit, versions); matrices 3 -> 0``."""
        new = "no score, the grader failed" if self.new is None else f"{self.new:g}"
        cells = (f"; {one_line(name, 40)} {_text(old)} -> {_text(new)}" for name, (old, new) in self.cells.items())
        return f"{one_line(self.student, 40)}: {self.old:g} -> {new} ({', '.join(self.why)}){''.join(cells)}"


def _text(points: float | None) -> str:
    return "nothing" if points is None else f"{points:g}"


@dataclass(frozen=True)
class Published:
    """The points of one submission as the gradebook has them, cell by cell; None where there are none yet."""

    cells: Mapping[str, float | None]
    penalty: float

    @property
    def score(self) -> float:
        """Return what a student is told: the sum, less the penalty, and never below nothing."""
        return max(0.0, sum(points or 0.0 for points in self.cells.values()) - self.penalty)


def published(rows: Row) -> Published:
    """Return the points in the rows of a submitted notebook."""
    return Published({grade.name: _points(grade) for grade in rows.grades}, float(rows.late_submission_penalty or 0.0))


def _points(grade: Row) -> float | None:
    """Return the points of a cell as nbgrader counts them, whether or not they have reached the database."""
    given = grade.auto_score if grade.manual_score is None else grade.manual_score
    return None if given is None else float(given + (grade.extra_credit or 0.0))


def change_of(before: Published, after: Published, report: GradeReport, tests: Collection[str]) -> Change | None:
    """Return what became of a published score; None if it is what it was, or if there was none.

    A score was published once one of ``tests``, the cells whose points the kit gives, has points, or once a person
    gave points. A test cell that loses its points to a fault changed, though it had 0. The change says why only where
    no cell's points changed.
    """
    if before.score == 0 and all(before.cells.get(name) is None for name in tests):
        return None
    cells = _changed_cells(before, after, tests)
    if not cells and _same(before.score, after.score):
        return None
    new = None if report.fault is not None else after.score
    return Change(_now(), report.student, before.score, new, () if cells else (LATE,), cells, account())


def _changed_cells(
    before: Published, after: Published, tests: Collection[str]
) -> dict[str, tuple[float | None, float | None]]:
    """Return the cells with other points; no points count as 0, but for a test cell."""
    names = sorted(before.cells.keys() | after.cells.keys())
    pairs = {name: (before.cells.get(name), after.cells.get(name)) for name in names}
    lost_or_found = {name for name, (old, new) in pairs.items() if name in tests and (old is None) != (new is None)}
    return {name: pair for name, pair in pairs.items() if name in lost_or_found or not _same(*pair)}


def _same(one: float | None, other: float | None) -> bool:
    return abs((one or 0.0) - (other or 0.0)) < SAME


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


_CHANGE = TypeAdapter(Change)


class Changes:
    """The changes of one assignment, below ``generated/history``: lines are added and never changed."""

    def __init__(self, generated: Path, assignment: str) -> None:
        self.path = generated / "history" / f"{assignment}.changes.jsonl"

    def add(self, change: Change) -> None:
        """Put a change on record; it is on disk when this returns."""
        self.path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        append_line(self.path, json.dumps(asdict(change)).encode("ascii"))

    def all(self, student: str | None = None) -> Iterator[Change]:
        """Yield the changes (of one student), oldest first; a line that cannot be read is passed over."""
        for record in read_lines(self.path, student):
            try:
                yield _CHANGE.validate_python(record)
            except ValidationError:
                continue
