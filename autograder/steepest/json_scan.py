"""JSON of unknown make, looked over before it is parsed: how deep it nests and how many values it holds.

A parser builds whatever it is given: eight megabytes of brackets become hundreds of megabytes of lists. A scan builds
nothing. It looks at each character once, and ends where a cap is broken or where no JSON can go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# A string is passed over as a whole, whatever it holds, and so is all that is no bracket and no comma. The repeats are
# possessive, and the pattern matches everywhere, at the end of the text too: nothing is ever looked at again.
_MARK = re.compile(r'(?:[^"\[\]{},]++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))*+([\[\]{},]|\Z)', re.DOTALL)


class TooDeepError(ValueError):
    """The text nests deeper than the cap."""


class TooManyValuesError(ValueError):
    """The text holds more values than the cap."""


def marks(text: str) -> Iterator[tuple[str, int]]:
    """Yield each bracket, brace and comma that stands in no string of a JSON text, with its place."""
    return ((found[1], found.start(1)) for found in _MARK.finditer(text) if found[1])


def check(text: str, *, max_depth: int, max_values: int) -> None:
    """Return if a JSON text keeps the caps as far as a parser would read it.

    Args:
        text: Any text. What is no JSON is for the parser to refuse.
        max_depth: How many lists and objects may be open at once.
        max_values: How many lists, objects and commas there may be: no text has more values than these, and one.

    Raises:
        TooDeepError: It nests deeper.
        TooManyValuesError: It holds more values.
    """
    depth = values = 0
    for mark, _ in marks(text):
        if mark in ("]", "}"):
            depth -= 1
        else:
            values += 1
            depth += mark in ("[", "{")
        if depth > max_depth:
            raise TooDeepError
        if values > max_values:
            raise TooManyValuesError
        if depth <= 0:
            return  # the one value of the text has ended; a parser refuses whatever follows
