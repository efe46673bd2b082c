"""Whose file is this? Names of files as learning platforms write them, matched against the roster.

Canvas names a downloaded file ``noetheremmy_LATE_1234_567890_inverse-1.ipynb`` (sortable name without anything but
letters, a marker, two numbers, the student's own name for the file, a counter of versions). Moodle puts it into a
folder ``Emmy Noether_1234567_assignsubmission_file_`` or puts that before its name. GitHub Classroom names a
repository ``inverse-enoether``. nbgrader and people write an id or an address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from steepest.roster import RosterEntry

_CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?\d+_\d+_(?P<own>.+)", re.DOTALL)
_MOODLE = re.compile(r"(?P<name>.+?)_\d+_assignsubmission_file_?(?P<own>.*)", re.DOTALL)
_VERSION = re.compile(r"(?P<stem>.+?)(?:-(?P<dash>\d{1,3})| ?\((?P<brackets>\d{1,3})\))", re.DOTALL)
FLAT = 2
"""How many parts a path has, at most, whose file lies side by side with those of others: a folder and a name."""

LONGEST_NAME = 255
"""What a file system allows. A zip file allows 65,535, and accents by the thousand take minutes to be sorted."""

_NOBODY = re.compile(r"(?:anon(?:ymous)?|participant)[ _]?\w*", re.IGNORECASE)


@dataclass(frozen=True)
class Owned:
    """A file and its owner.

    ``student`` is an id of the roster; ``own_name`` is what the student called the file, without its ending;
    ``version`` counts what the platform numbered, ``late`` says that it marked the file.
    """

    student: str
    own_name: str
    version: int = 0
    late: bool = False


class Whose:
    """The students of a roster by everything that they may be called."""

    def __init__(self, roster: Iterable[RosterEntry], assignment: str) -> None:
        self._assignment = assignment.casefold()
        self._students: dict[str, set[str]] = {}
        for entry in roster:
            for name in _names_of(entry):
                self._students.setdefault(name, set()).add(entry.id)

    def owner(self, path: PurePosixPath) -> Owned | str:
        """Return the owner of a file, or why nobody can be told to be it.

        Folders are looked at from the outermost inwards, then the file's own name.
        """
        own_name, version, late = _own(path)
        tried: list[str] = []
        for name in _claims(path, self._assignment):
            tried.append(name)
            found = self._students.get(_key(name), set()) if len(name) <= LONGEST_NAME else set()
            if len(found) == 1:
                return Owned(next(iter(found)), own_name, version, late)
            if found:
                return f"{name!r} may be any of {', '.join(sorted(found))}"
        if any(_NOBODY.fullmatch(name) for name in tried):
            return "the platform left out the names; download it again with names"
        words = ", ".join(repr(name[:LONGEST_NAME]) for name in dict.fromkeys(tried)) or "nothing in its name"
        return f"{words}: no student of the roster"


def _names_of(entry: RosterEntry) -> Iterator[str]:
    yield _key(entry.id)
    if entry.email:
        yield _key(entry.email)
        yield _key(entry.email.partition("@")[0])
    if entry.first_name and entry.last_name:
        yield _key(entry.first_name + entry.last_name)
        yield _key(entry.last_name + entry.first_name)


def _key(name: str) -> str:
    """Return a name as it is compared: letters and digits alone, without accents and capitals."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if character.isalnum())


def _claims(path: PurePosixPath, assignment: str) -> Iterator[str]:
    """Yield what may be the name of a student, from the outermost folder inwards.

    What a platform wrote decides, and whatever a student may have named inside it is not looked at: nobody can hand
    in under another's name. For the same reason a file's own name counts only where files lie side by side.
    """
    parts = [*path.parent.parts, *([path.stem] if len(path.parts) <= FLAT else [])]
    for place, part in enumerate(parts):
        decorated = _MOODLE.fullmatch(part) or _CANVAS.fullmatch(part)
        if decorated:
            yield decorated["name"]
            return
        if place + 1 < len(parts) and parts[place + 1].casefold() == assignment:
            yield part
            return
        yield from _plain(part, assignment)


def _plain(part: str, assignment: str) -> Iterator[str]:
    yield part
    version = _VERSION.fullmatch(part)
    if version:
        yield version["stem"]
    for mark in "-_":
        if part.casefold().startswith(f"{assignment}{mark}"):
            yield part[len(assignment) + 1 :]
        if part.casefold().endswith(f"{mark}{assignment}"):
            yield part[: -len(assignment) - 1]


def _own(path: PurePosixPath) -> tuple[str, int, bool]:
    """Return the student's own name for a file, its version, and whether the platform marked it as late."""
    found = _CANVAS.fullmatch(path.stem) or _MOODLE.fullmatch(path.stem)
    late = bool(found and found.groupdict().get("late"))
    own = (found["own"] if found else path.stem) or path.stem
    version = _VERSION.fullmatch(own)
    if version is None:
        return own, 0, late
    return version["stem"], int(version["dash"] or version["brackets"]), late
