"""Which names a notebook's cell defines at its top level, read without running it.

Python's own parser is linear in nearly all that it is given, and not in all: what it is known to take minutes and
gigabytes for is not given to it. No person writes any of that.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Iterator

MAX_READ_CHARACTERS = 200_000

MAX_DOTS = 100
"""``import a.b.c``: the parser copies all before each dot. 200,000 characters took 27 s and 9.7 GB."""

MAX_MARKS = 30
"""Marks above and below one letter, as Unicode's stream-safe texts have; sorting 200,000 took 116 s."""

MAX_FIELDS = 2000
"""``f"{a}{b}"``: until 3.12 the parser looks each field up in the whole string. 66,000 took 4 s."""

# All that an import statement may be made of up to a bracket, and more: which letters a name may have is for Python to
# say. `\w` has neither the marks nor the middle dot that it allows.
_IMPORT = re.compile(r"\b(?:import|from)\b(?:[A-Za-z0-9_., \t\f\x80-\U0010ffff]++|\\(?:\r\n?|\n))*+")
_DOT = re.compile(r"\.(?!\.)")
_FIELDS = re.compile(r"(?i:f|fr|rf)[\"']")

# Possessive throughout: a line of many spaces would otherwise be read once for each of them.
_MAGIC_LINE = re.compile(r"^([ \t]*+)(?:[%!?].*|[\w.]++\?{1,2}[ \t]*+|[\w, ]++=[ \t]*+[%!].*)$", re.MULTILINE)
_CELL_MAGIC_LINE = re.compile(r"\A\s*%%[^\n]*\n?")


def defined_names(source: str) -> tuple[str, ...]:
    """Return the names that a cell binds at its top level, in order, repeats included.

    Functions, classes, imports and assignments count, also inside ``if``, ``for``, ``with`` and ``try``. A cell that
    is no Python, or that is too long, too deep or too costly to be read, gives none: this serves remarks, never a
    score.
    """
    if len(source) > MAX_READ_CHARACTERS:
        return ()
    text = without_magics(source)
    if _is_ruinous(text):
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(_bound(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _is_ruinous(source: str) -> bool:
    """Return whether Python's parser would take more than linear time or memory for a text; a scan, linear itself."""
    return (
        any(len(_DOT.findall(found[0])) > MAX_DOTS for found in _IMPORT.finditer(source))
        or (source.count("{") > MAX_FIELDS and _FIELDS.search(source) is not None)
        or (not source.isascii() and _most_marks(source) > MAX_MARKS)
    )


def _most_marks(text: str) -> int:
    """Return the length of the longest run of combining marks once the text is taken apart as identifiers are."""
    most = run = 0
    for character in text:
        for part in unicodedata.normalize("NFKD", character):
            run = run + 1 if unicodedata.combining(part) else 0
            most = max(most, run)
    return most


def without_magics(source: str) -> str:
    """Return ``source`` with IPython's magics, shell lines and help lines replaced by ``pass``, line for line."""
    return _MAGIC_LINE.sub(r"\1pass", _CELL_MAGIC_LINE.sub("pass\n", source))


def _bound(tree: ast.Module) -> Iterator[str]:
    # An explicit stack instead of ast.NodeVisitor, which would recurse as deep as the student nests.
    waiting: list[ast.AST] = [*reversed(tree.body)]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pass
            case _:
                waiting += reversed(list(ast.iter_child_nodes(node)))
