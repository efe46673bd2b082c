"""The first line of a corpus file: what it is, what is wrong with it, and which properties have to say so.

``# wheat: STYLE`` or ``# chaff: BUG | breaks: PROMISE | fires: test_one, test_two``. A chaff may lack the last part
while nobody has decided yet; grading the corpus then reports it. A wheat whose functions lack parameters of the
hand-out says so: ``# wheat: STYLE | lacks: steps, start``.
"""

from __future__ import annotations

import re

from steepest.confusion import CorpusFile, Kind
from steepest.errors import Problem
from steepest.text import one_line

_BREAKS = " | breaks:"
_FIRES = " | fires:"
_LACKS = " | lacks:"
_PROPERTY = re.compile(r"test_\w+(?:\[[^\]]+\])?")
_FORMS = {
    Kind.WHEAT: "# wheat: STYLE | lacks: PARAMETER, PARAMETER (the last part only where it is so)",
    Kind.CHAFF: "# chaff: BUG | breaks: PROMISE | fires: test_NAME, test_NAME",
}


class FirstLineError(ValueError):
    """A first line does not say what it has to; the problem names the file, the text and the way out."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_first_line(line: str, assignment: str, kind: Kind, name: str) -> CorpusFile:
    """Return what the first line of a file says; ``kind`` is what its folder says it is.

    Raises:
        FirstLineError: The line does not have the form that its kind needs.
    """
    where = f"{assignment}/{kind.value}s/{name}.py"
    start = f"# {kind.value}: "
    if not line.startswith(start):
        raise _error(where, line, f"a file in {kind.value}s/ begins with: {_FORMS[kind]}")
    rest = line.removeprefix(start).strip()
    about, breaks, fires = _parts(rest) if kind is Kind.CHAFF else (rest, "", None)
    about, lacks = _style(about) if kind is Kind.WHEAT else (about, None)
    if not about:
        raise _error(where, line, f"nothing stands behind the colon. Try: {_FORMS[kind]}")
    if kind is Kind.CHAFF and not breaks:
        raise _error(where, line, "say which promise of the hand-out the bug breaks: BUG | breaks: PROMISE")
    names = _names(where, fires) if fires is not None else ()
    parameters = _parameters(where, lacks) if lacks is not None else ()
    return CorpusFile(assignment, kind, name, about, breaks, names, parameters)


def _style(rest: str) -> tuple[str, str | None]:
    """Return style and parameters; a style may have bars of its own, and may be missing."""
    about, found, lacks = f" {rest}".rpartition(_LACKS)
    return (about.strip(), lacks) if found else (rest, None)


def _parameters(where: str, text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if not name.isidentifier():
            raise _error(where, text, f"{name!r} is no name of a parameter. Try: lacks: steps, start")
    if len(set(names)) < len(names):
        raise _error(where, text, "a parameter stands twice behind lacks:; name it once")
    return names


def _parts(rest: str) -> tuple[str, str, str | None]:
    """Return bug, promise and names; the last occurrence counts, since a bug may be written with bars: |X M - I|."""
    rest, colon, fires = rest.rpartition(_FIRES) if _FIRES in rest else (rest, "", "")
    about, _, breaks = rest.rpartition(_BREAKS)
    return about.strip(), breaks.strip(), fires if colon else None


def _names(where: str, text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if not _PROPERTY.fullmatch(name):
            raise _error(where, text, f"{name!r} is no name of a property. Try: fires: test_NAME, test_NAME")
    if len(set(names)) < len(names):
        raise _error(where, text, "a property stands twice behind fires:; name it once")
    return names


def _error(where: str, value: str, way_out: str) -> FirstLineError:
    return FirstLineError(Problem(where, repr(one_line(value, 80)), way_out))
