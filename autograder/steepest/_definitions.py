"""Which names a notebook's cell defines at its top level, read without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

MAX_READ_CHARACTERS = 200_000
# Possessive throughout: a line of many spaces would otherwise be read once for each of them.
_MAGIC_LINE = re.compile(r"^([ \t]*+)(?:[%!?].*|[\w.]++\?{1,2}[ \t]*+|[\w, ]++=[ \t]*+[%!].*)$", re.MULTILINE)
_CELL_MAGIC_LINE = re.compile(r"\A\s*%%[^\n]*\n?")


def defined_names(source: str) -> tuple[str, ...]:
    """Return the names that a cell binds at its top level, in order, repeats included.

    Functions, classes, imports and assignments count, also inside ``if``, ``for``, ``with`` and ``try``. A cell that
    is no Python, or that is too long or too deep to be read, gives none: this serves remarks, never a score.
    """
    if len(source) > MAX_READ_CHARACTERS:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(_bound(ast.parse(without_magics(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


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
