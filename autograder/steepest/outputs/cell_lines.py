"""Where in the file of a notebook its cells and functions stand, for platforms that point at lines of files.

The file may be anything that a student pushed. It is read once from its begin to its end, whatever it holds: each
character is looked at by one token, each line feed is counted once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from steepest.notebook import MAX_CELLS, MAX_DEPTH, MAX_VALUES

MAX_NAMES = 10_000
"""How many functions are told apart at most; the assignment asks for a handful."""

# A string is one token, whatever it holds; possessive repeats keep this linear on any input.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_EMPTY = re.compile(r"\[\s*\]")
# In a notebook's file a line of code is the begin of a JSON string, or follows an escaped line feed.
_DEFINITION = re.compile(r'(?:"|\\n)def ([A-Za-z_][A-Za-z0-9_]*+)\b')

_ROOT, _SHEETS, _SHEET, _CELLS, _OTHER = "notebook", "worksheets", "worksheet", "cells", "anything else"
_INSIDE = {
    (_ROOT, '"cells"', "["): _CELLS,
    (_ROOT, '"worksheets"', "["): _SHEETS,
    (_SHEETS, "", "{"): _SHEET,
    (_SHEET, '"cells"', "["): _CELLS,
}
"""What opens by a bracket: by where it stands, and by the key before it if that is an object."""


def cell_lines(data: bytes) -> dict[str | int, int]:
    """Return the line, counted from 1, of each cell by its number and of each function by its name.

    The last definition of a function counts, as it does in grading. A file that cannot be read gives nothing.
    """
    text = data.decode("utf-8", "replace")
    found: dict[str | int, int] = {}
    functions: dict[str, int] = {}
    line, seen = 1, 0
    for number, start, end in _cells(text):
        line, seen = line + text.count("\n", seen, start), start
        found[number] = line
        for match in _DEFINITION.finditer(text, start, end):
            line, seen = line + text.count("\n", seen, match.start()), match.start()
            if match[1] in functions or len(functions) < MAX_NAMES:
                functions[match[1]] = line
    return found | functions


def _cells(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the number of each cell, and where it begins and ends; nothing more where grading would refuse the file."""
    open_now: list[str] = []
    key, number, start, values = "", 0, 0, 0
    for token in _TOKEN.finditer(text):
        place = token.start()
        match text[place]:
            case '"':
                if open_now and open_now[-1] in (_ROOT, _SHEET):
                    key = text[place : min(token.end(), place + len('"worksheets"') + 1)]
            case "[" | "{" as bracket:
                values += 1
                if open_now and open_now[-1] == _CELLS:
                    start = place
                open_now.append(_kind(open_now, key, bracket))
                number += open_now[-1] == _CELLS and not _EMPTY.match(text, place)
            case "]" | "}":
                if not open_now:
                    return
                open_now.pop()
                if open_now and open_now[-1] == _CELLS and text[place] == "}":
                    yield number, start, token.end()
            case ",":
                values += 1
                number += bool(open_now) and open_now[-1] == _CELLS
        if len(open_now) > MAX_DEPTH or values > MAX_VALUES or number > MAX_CELLS:
            return


def _kind(open_now: list[str], key: str, bracket: str) -> str:
    if not open_now:
        return _ROOT if bracket == "{" else _OTHER
    outer = open_now[-1]
    return _INSIDE.get((outer, "" if outer == _SHEETS else key, bracket), _OTHER)
