"""The roster: who takes the course, from a CSV file as nbgrader and most learning platforms write it."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import astuple, dataclass
from pathlib import Path

from steepest._text_file import SAFE_ID, SAFE_ID_RULE, read_text, short
from steepest.errors import CourseError, Problem

MAX_ROSTER_BYTES = 4 << 20
MAX_FIELD_CHARACTERS = 200
COLUMNS = ("id", "first_name", "last_name", "email")


@dataclass(frozen=True)
class RosterEntry:
    """One student. ``id`` is safe as a folder name and unique in the roster, whatever its capitals."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


def load_roster(path: Path) -> tuple[RosterEntry, ...]:
    """Return the students of a roster in the file's order; columns that the kit does not know are ignored.

    Raises:
        CourseError: The file cannot be read or has mistakes; each names line and column, and all are in the error.
    """
    lines = _read_lines(path)
    places = _column_places(path, lines[0][1] if lines else [])
    problems: list[Problem] = []
    entries: list[RosterEntry] = []
    seen: dict[str, int] = {}
    for line, fields in lines[1:]:
        entry, wrong = _entry(line, fields, places, len(lines[0][1]))
        problems += wrong
        if entry is not None:
            entries.append(entry)
            problems += _repeated(line, entry.id, seen)
    if problems:
        raise CourseError(str(path), problems)
    return tuple(entries)


def _read_lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return (line number, fields) of each line that is not blank; semicolons are taken as commas are."""
    text = read_text(path, MAX_ROSTER_BYTES, f"write one with the columns {','.join(COLUMNS)}")
    header = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ",", strict=True
    )
    lines = []
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                lines.append((reader.line_num, [field.strip() for field in fields]))
    except csv.Error as error:
        way_out = "look there for a quote that is not closed, or a field that is far too long"
        raise CourseError(str(path), [Problem(f"line {reader.line_num}", str(error), way_out)]) from error
    return lines


def _column_places(path: Path, header: list[str]) -> dict[str, int]:
    names = [name.lower() for name in header]
    missing = [column for column in COLUMNS if names.count(column) != 1]
    if missing:
        way_out = f"the first line must name each of {','.join(COLUMNS)} once; mend: {', '.join(missing)}"
        raise CourseError(str(path), [Problem("line 1", short(",".join(header)), way_out)])
    return {column: names.index(column) for column in COLUMNS}


def _entry(
    line: int, fields: list[str], places: dict[str, int], width: int
) -> tuple[RosterEntry | None, list[Problem]]:
    if len(fields) != width:
        way_out = f"the first line names {width} columns; put a field that holds a comma in quotes"
        return None, [Problem(f"line {line}", f"{len(fields)} fields", way_out)]
    entry = RosterEntry(**{column: fields[place] for column, place in places.items()})
    problems = [
        Problem(f"line {line}, {column}", short(value), way_out)
        for column, value in zip(COLUMNS, astuple(entry), strict=True)
        if (way_out := _objection(column, value))
    ]
    return (None if problems else entry), problems


def _objection(column: str, value: str) -> str:
    if column == "id" and not SAFE_ID.fullmatch(value):
        return f"unsafe as a folder name; {SAFE_ID_RULE}"
    if len(value) > MAX_FIELD_CHARACTERS:
        return f"longer than {MAX_FIELD_CHARACTERS} characters"
    return "" if value.isprintable() else "holds an invisible or control character; type it anew"


def _repeated(line: int, name: str, seen: dict[str, int]) -> list[Problem]:
    """Return a problem if another line has this id, comparing as a file system that folds letters would."""
    first = seen.setdefault(unicodedata.normalize("NFKC", name).casefold(), line)
    if first == line:
        return []
    way_out = f"line {first} has this id already (capitals do not count); ids must differ"
    return [Problem(f"line {line}, id", short(name), way_out)]
