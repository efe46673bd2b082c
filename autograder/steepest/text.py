r"""Student-made text, made fit to be shown: no control characters, no escape sequences, no tricks of direction, capped.

Whatever a submission chose (an error text, a type name, a printed line) passes through here before it is stored or
shown. What is left is plain text: it still has to be escaped for the place where it is written (HTML, rich, CSV).
"""

from __future__ import annotations

import re

TEXT_LIMIT = 4000
"""The most characters of a student-made text that are kept."""

LINE_LIMIT = 200
"""The most characters of a student-made text that has to fit one line."""

# ECMA-48: CSI sequences (colours, cursor), strings up to their terminator (titles, clipboard), all other escapes.
# A string without a terminator ends with its line, so that it cannot swallow what follows.
_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 (less tab and line feed), DEL, C1
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction: text that reads other than it is
    r"\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # invisible; the joiners stay for names
    r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # lone surrogates and noncharacters: not encodable, or illegal in XML
)
_SPACES = re.compile(r"\s+")


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return ``text`` without control, direction and invisible characters, at most ``limit`` characters long.

    Line feeds and tabs stay, other line ends become line feeds, and escape sequences go as a whole. A text that was
    cut says so at its end. Cleaning twice changes nothing more.
    """
    plain = _UNSEEN.sub("", _LINE_END.sub("\n", _ESCAPE_SEQUENCE.sub("", text)))
    if len(plain) <= limit:
        return plain
    note = f" ... [cut here: {len(plain)} characters in all]"
    return plain[: limit - len(note)] + note if len(note) < limit else plain[:limit]


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return ``text`` cleaned and on one line: every run of white space is one space; a cut text ends in ``...``."""
    line = _SPACES.sub(" ", clean(text, max(limit, TEXT_LIMIT))).strip()
    if len(line) <= limit:
        return line
    return line[: limit - 3].rstrip() + "..." if limit > 3 else line[:limit]
