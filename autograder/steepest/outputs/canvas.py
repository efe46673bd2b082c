"""A CSV file for Canvas' gradebook import: only the rows and the one column that are meant to change.

Source: Canvas' own importer, ``lib/gradebook_importer.rb``: which columns it needs, how it finds students and
assignments, and that of a number with marks in it the last one is the decimal point.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steepest.errors import SteepestError
from steepest.outputs.grade_table import Standing, csv_text, defused, number

_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_STUDENT_COLUMNS = ("SIS User ID", "SIS Login ID", "Integration ID", "Root Account")
_KEYS = ("SIS Login ID", "SIS User ID", "Integration ID", "ID")
_RESERVED = re.compile(r"(?:Current|Final) (?:Score|Points|Grade)|Override ")


class CanvasError(SteepestError):
    """A file of Canvas cannot be used, or a title cannot be one of its columns."""


@dataclass(frozen=True)
class CanvasImport:
    """The text to import, and the ids of students with a score that Canvas' own file does not list."""

    text: str
    unknown: tuple[str, ...] = ()


def canvas_import(standings: Sequence[Standing], title: str, exported: str | None = None) -> CanvasImport:
    """Return the scores of one assignment as Canvas imports them.

    Students without a score are left out: a blank over a score would count as a change.

    Args:
        standings: The standings of one assignment.
        title: The assignment's title in Canvas, or its column as Canvas writes it, ``Inverse (4711)``.
        exported: The text of the gradebook as Canvas exports it. Students and column are taken from there, so that
            nothing is matched by name; without it students are known to Canvas by their login.

    Raises:
        CanvasError: ``exported`` is no gradebook of Canvas or lacks the assignment, or the title is a reserved one.
    """
    if _RESERVED.search(title):
        raise CanvasError(f"title = {title!r}: Canvas drops columns of this name. Try: another title")
    scored = {standing.student: standing for standing in standings if standing.score is not None}
    if exported is not None:
        return _from_export(scored, title, exported)
    rows = [["Student", "ID", "SIS Login ID", "Section", title]]
    for standing in scored.values():
        rows.append([_name(standing), "", standing.student, "", number(standing.score)])
    return CanvasImport(csv_text(rows))


def _name(standing: Standing) -> str:
    names = [name for name in (standing.last_name, standing.first_name) if name]
    return defused(", ".join(names) or standing.student)


def _from_export(scored: Mapping[str, Standing], title: str, exported: str) -> CanvasImport:
    header, *rows = _read(exported)
    column = _column(header, title)
    places = [*range(_first(header, "Section") + 1), column]
    wanted = [[header[place] for place in places]]
    left = {key.casefold(): student for student, s in scored.items() for key in (student, s.email) if key}
    found: set[str] = set()
    for row in rows:
        student = _student(header, row, left)
        if student is not None and student not in found:
            found.add(student)
            kept = [row[place] if place < len(row) else "" for place in places[:-1]]
            wanted.append([*_guarded(header, kept), number(scored[student].score)])
    return CanvasImport(csv_text(wanted), tuple(sorted(scored.keys() - found)))


def _guarded(header: Sequence[str], row: Sequence[str]) -> list[str]:
    """Return a student's cells; names are defused, ids stay what Canvas matches by."""
    return [
        text if name in ("ID", *_STUDENT_COLUMNS) else defused(text) for name, text in zip(header, row, strict=False)
    ]


def _read(exported: str) -> list[list[str]]:
    text = exported.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(row)]
    except csv.Error as error:
        raise CanvasError(f"not a CSV file ({error}). Try: export the gradebook from Canvas again") from error
    if not rows or "Student" not in rows[0][0] or "ID" not in rows[0][1:2]:
        raise CanvasError("not a gradebook of Canvas: it begins with Student,ID. Try: Grades > Export in Canvas")
    return rows


def _first(header: Sequence[str], name: str) -> int:
    places = [place for place, heading in enumerate(header) if name in heading]
    if not places:
        raise CanvasError(f"no column {name}. Try: Grades > Export in Canvas, with all columns")
    return places[0]


def _column(header: Sequence[str], title: str) -> int:
    """Return the place of the assignment's column, whose heading is its title and, in brackets, its number."""
    places = [place for place, heading in enumerate(header) if heading == title or _title(heading) == title]
    if len(places) == 1:
        return places[0]
    known = ", ".join(repr(heading) for heading in header if _ASSIGNMENT.fullmatch(heading)) or "none"
    what = "no assignment" if not places else f"{len(places)} assignments"
    raise CanvasError(f"{what} with the title {title!r}; Canvas has: {known}. Try: --column with one of these")


def _title(heading: str) -> str | None:
    found = _ASSIGNMENT.fullmatch(heading)
    return found["title"] if found else None


def _student(header: Sequence[str], row: Sequence[str], known: Mapping[str, str]) -> str | None:
    cells = dict(zip(header, row, strict=False))
    if "Points Possible" in row[0]:
        return None
    for key in _KEYS:
        login = cells.get(key, "").strip().casefold()
        for name in (login, login.partition("@")[0]):
            if name and name in known:
                return known[name]
    return None
