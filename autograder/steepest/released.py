"""A released folder: what students work in, and all that is needed to grade it on practice matrices. No course.yml."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

from steepest._course_file import LateEntry
from steepest.course import Assignment
from steepest.errors import NotebookError, SteepestError
from steepest.model import Limits
from steepest.plugin import collect_properties


class NoPropertiesError(SteepestError):
    """A folder is no released one: it does not hold the properties of one assignment."""


def properties_in(folder: Path) -> Path:
    """Return the one ``test_<assignment>.py`` of a released folder.

    Raises:
        NoPropertiesError: There is none, or there are several.
    """
    found = sorted(folder.glob("test_*.py"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise NoPropertiesError(
            f"there must be one test_<assignment>.py beside the notebook, and {folder} has {names}. "
            "Try: work in the folder in which you got the notebook"
        )
    return found[0]


def notebook_in(folder: Path) -> Path:
    """Return the notebook of a released folder: the only one, or the one that is named after the assignment.

    Raises:
        NotebookError: There is none, or there are several and none has that name.
    """
    expected = f"{_assignment_id(properties_in(folder))}.ipynb"
    found = sorted(folder.glob("*.ipynb"))
    named = [path for path in found if path.name.casefold() == expected.casefold()]
    chosen = named if len(named) == 1 else found
    if len(chosen) != 1:
        names = ", ".join(path.name for path in chosen[:5]) or "no notebook"
        raise NotebookError(f"{folder} holds {names}", f"keep one, named {expected}, or give its path")
    return chosen[0]


def released_assignment(folder: Path) -> Assignment:
    """Return the assignment that a released folder holds, with the default limits and no due date.

    Raises:
        NoPropertiesError: The folder holds no properties.
        GraderFault: They cannot be read.
    """
    properties = properties_in(folder).resolve()
    name = _assignment_id(properties)
    return Assignment(
        id=name,
        title=name,
        notebook=properties.parent / f"{name}.ipynb",
        properties=properties,
        functions=asked_functions(properties),
        points=Decimal(sum(info.max_points for info in collect_properties(properties))) / 100,
        due=None,
        late=LateEntry(),
        device="cpu",
        limits=Limits(),
    )


def asked_functions(properties: Path) -> tuple[str, ...]:
    """Return the functions that a file of properties asks of a student, in the order in which they are named."""
    tree = ast.parse(properties.read_text(encoding="utf-8"))
    named = [
        (node.lineno, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "student"
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(named)))


def _assignment_id(properties: Path) -> str:
    return properties.stem.removeprefix("test_")
