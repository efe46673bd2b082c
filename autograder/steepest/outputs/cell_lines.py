"""Where in the file of a notebook its cells and functions stand, for platforms that point at lines of files.

The file may be anything that a student pushed. It is read from its begin to its end, whatever it holds: each character
is scanned once, each line feed is counted once.
"""

from __future__ import annotations

import re

from steepest import json_scan
from steepest.notebook import MAX_CELLS, MAX_DEPTH, MAX_VALUES

MAX_NAMES = 10_000
"""How many functions are told apart at most; an assignment asks for a handful."""

Span = tuple[int, int, int]

# In a notebook's file a line of code is the begin of a JSON string, or follows an escaped line feed.
_DEFINITION = re.compile(r'(?:"|\\n)def ([A-Za-z_][A-Za-z0-9_]*+)\b')
_KEY = re.compile(r'\s*+"(cells|worksheets)"\s*+:\s*+')
_SPACE = re.compile(r"\s*+")

_ROOT, _SHEETS, _SHEET, _CELLS, _OTHER = "notebook", "worksheets", "worksheet", "cells", "anything else"
_INSIDE = {
    (_ROOT, "cells", "["): _CELLS,
    (_ROOT, "worksheets", "["): _SHEETS,
    (_SHEETS, "", "{"): _SHEET,
    (_SHEET, "cells", "["): _CELLS,
}
"""What a bracket opens: by what it stands in, the key before it, and the bracket."""


def cell_lines(data: bytes) -> dict[str | int, int]:
    """Return the line, counted from 1, of each cell by its number and of each function by its name.

    Numbers count as `parse_notebook` counts. The last definition of a function counts, as it does in grading. A file
    that breaks a cap or is cut short gives nothing, and neither does one in another encoding than UTF-8.
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


def _cells(text: str) -> list[Span]:
    """Return the number of each cell, and where it begins and ends."""
    try:
        json_scan.check(text, max_depth=MAX_DEPTH, max_values=MAX_VALUES)
    except ValueError:
        return []
    spans: list[Span] = []
    open_now: list[str] = []
    number, start, before = 1, 0, 0
    for mark, place in json_scan.marks(text):
        outer = open_now[-1] if open_now else ""
        if mark == ",":
            number += outer == _CELLS
        elif mark in "[{":
            start = place if outer == _CELLS else start
            open_now.append(_opened(outer, mark, text, before, place))
        elif not open_now:
            return []
        else:
            open_now.pop()
            if mark == "}" and open_now and open_now[-1] == _CELLS:
                spans.append((number, start, place + 1))
            # The last cell has no comma behind it, and a further worksheet goes on counting.
            number += outer == _CELLS and not _is_empty(text, before, place)
            if not open_now:
                return spans
        if number > MAX_CELLS + 1:
            return []
        before = place + 1
    return []


def _opened(outer: str, bracket: str, text: str, before: int, place: int) -> str:
    """Return what a bracket opens, given what it stands in and where the mark before it ends."""
    if not outer:
        return _ROOT if bracket == "{" else _OTHER
    key = _KEY.fullmatch(text, before, place) if outer in (_ROOT, _SHEET) else None
    return _INSIDE.get((outer, key[1] if key else "", bracket), _OTHER)


def _is_empty(text: str, before: int, place: int) -> bool:
    """Return whether a list that closes at ``place`` holds nothing, given where the mark before it ends."""
    return text[before - 1] == "[" and _SPACE.fullmatch(text, before, place) is not None
