"""Grades as a CSV file that spreadsheets read: quoted, numbers as numbers, and nothing that one would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

COLUMNS = (
    *("assignment", "student_id", "last_name", "first_name", "email", "submitted", "timestamp", "duedate"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "needs_manual_grade"),
)
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Standing:
    """How one student stands on one assignment.

    Scores are points, None where nothing was handed in. ``score`` has the late penalty taken off. ``exercises`` maps
    each graded cell to its points, ``properties`` each property to its points; None is a point that nobody has given.
    """

    assignment: str
    student: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    submitted: bool = False
    timestamp: str = ""
    duedate: str = ""
    raw_score: float | None = None
    penalty: float | None = None
    score: float | None = None
    max_score: float = 0.0
    needs_manual: bool = False
    exercises: Mapping[str, float | None] = field(default_factory=dict)
    properties: Mapping[str, float | None] = field(default_factory=dict)


def grade_table(standings: Sequence[Standing]) -> str:
    """Return a line for each student and assignment, with a column for each exercise and each property."""
    exercises = _names(standing.exercises for standing in standings)
    properties = _names(standing.properties for standing in standings)
    header = [*COLUMNS, *(f"exercise: {name}" for name in exercises), *(f"property: {name}" for name in properties)]
    rows = [[*_fixed(standing), *_marks(standing, exercises, properties)] for standing in standings]
    return csv_text([[defused(name) for name in header], *rows])


def _names(marks: Iterable[Mapping[str, float | None]]) -> list[str]:
    return list(dict.fromkeys(name for found in marks for name in found))


def _marks(standing: Standing, exercises: Sequence[str], properties: Sequence[str]) -> list[str]:
    given = [standing.exercises.get(name) for name in exercises]
    return [number(value) for value in [*given, *(standing.properties.get(name) for name in properties)]]


def _fixed(standing: Standing) -> list[str]:
    words = (standing.assignment, standing.student, standing.last_name, standing.first_name, standing.email)
    return [
        *map(defused, words),
        "yes" if standing.submitted else "no",
        standing.timestamp,
        standing.duedate,
        *map(number, (standing.raw_score, standing.penalty, standing.score, standing.max_score)),
        "yes" if standing.needs_manual else "no",
    ]


def number(value: float | None) -> str:
    """Return a score with at most two decimals and a point, never a thousands mark; nothing for None."""
    if value is None:
        return ""
    rounded = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded.normalize():f}" if rounded else "0"


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV (RFC 4180): a field that holds a comma, a quote or a line break is quoted."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
