"""Collecting: what a platform, a folder or repositories hold becomes nbgrader's ``submitted`` folder. Nothing is lost.

A file that belongs to nobody, or one of several that may count, is listed with the reason. A notebook that another
one replaces is kept below ``generated/replaced``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path, PurePosixPath

from steepest._definitions import defined_names
from steepest.course import Assignment, Course
from steepest.errors import NotebookError
from steepest.handed_in import Handed
from steepest.notebook import parse_notebook
from steepest.outputs.report_json import write_atomic
from steepest.roster import RosterEntry
from steepest.submissions import Unmatched
from steepest.text import one_line
from steepest.whose import Owned, Whose

TIMESTAMP = "timestamp.txt"


class Change(Enum):
    """What collecting did to a student's submission."""

    NEW = "new"
    REPLACED = "replaced"
    SAME = "same"


@dataclass(frozen=True)
class Collected:
    """A student's notebook: where it came from, what changed, and what is worth telling."""

    student: str
    path: PurePosixPath
    change: Change
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    owned: Owned
    handed: Handed


def submitted_folder(course: Course) -> Path:
    """Return the folder that nbgrader reads submissions from, ``<student>/<assignment>/<notebook>``."""
    return course.generated / "submitted"


def collect(
    course: Course,
    assignment: Assignment,
    handed: Iterable[Handed],
    roster: Sequence[RosterEntry],
    *,
    with_times: bool = False,
    dry_run: bool = False,
) -> tuple[tuple[Collected, ...], tuple[Unmatched, ...]]:
    """Return what was collected, sorted by student, and what was not, with the reason.

    Args:
        course: The course; submissions are written below its ``generated`` folder.
        assignment: Whose notebooks these are.
        handed: What was handed in.
        roster: Who may hand in; a file is matched to one of them by its name.
        with_times: Take the files' times as the times of submission, from which lateness follows.
        dry_run: Write nothing.
    """
    whose = Whose(roster, assignment.id)
    found: dict[str, list[_Found]] = {}
    unmatched: list[Unmatched] = []
    useless: dict[str, list[Unmatched]] = {}
    for item in handed:
        owner = whose.owner(item.path)
        if isinstance(owner, str):
            if item.path.suffix.lower() == ".ipynb":
                unmatched.append(Unmatched(one_line(str(item.path)), owner))
        elif isinstance(item.data, NotebookError):
            refused = Unmatched(one_line(str(item.path)), f"{owner.student}: {item.data}")
            useless.setdefault(owner.student, []).append(refused)
        else:
            found.setdefault(owner.student, []).append(_Found(owner, item))
    collected: list[Collected] = []
    for student, files in sorted(found.items()):
        chosen, rest = _choose(files, assignment.id)
        unmatched += rest
        if chosen is not None:
            notes = _notes(chosen, files, assignment)
            change = _store(course, assignment, chosen, with_times=with_times, dry_run=dry_run)
            collected.append(Collected(student, chosen.handed.path, change, notes))
    unmatched += [refused for student in useless.keys() - found.keys() for refused in useless[student]]
    return tuple(collected), tuple(sorted(unmatched, key=lambda thing: thing.name))


def _choose(files: Sequence[_Found], assignment: str) -> tuple[_Found | None, list[Unmatched]]:
    """Return the file that counts: the one with the assignment's name, of these the newest version, or the only one."""
    named = [file for file in files if _letters(file.owned.own_name) == _letters(assignment)]
    candidates = named or files
    newest = max(file.owned.version for file in candidates)
    last = [file for file in candidates if file.owned.version == newest]
    if len({_digest(file) for file in last}) == 1:
        return last[0], []
    names = ", ".join(one_line(str(file.handed.path), 80) for file in last)
    reason = f"{last[0].owned.student} handed in several ({names}); keep the one that counts"
    return None, [Unmatched(one_line(str(file.handed.path)), reason) for file in last]


def _notes(chosen: _Found, files: Sequence[_Found], assignment: Assignment) -> tuple[str, ...]:
    notes = []
    if _letters(chosen.owned.own_name) not in (_letters(assignment.id), _letters(chosen.owned.student)):
        notes.append(f"renamed from {one_line(chosen.handed.path.name, 80)}")
    others = [file for file in files if file is not chosen and _digest(file) != _digest(chosen)]
    if others:
        notes.append(f"{len(others)} earlier or other file{'s'[: len(others) != 1]} left aside")
    if chosen.owned.late:
        notes.append("the platform marks it as late, and tells no time: no penalty follows by itself")
    if not _defines_any(chosen, assignment):
        notes.append(f"defines none of {', '.join(assignment.functions)}: another assignment's notebook?")
    return tuple(notes)


def _defines_any(chosen: _Found, assignment: Assignment) -> bool:
    """Return whether a notebook defines a function of the assignment; what cannot be read is for grading to tell."""
    assert isinstance(chosen.handed.data, bytes)
    try:
        notebook = parse_notebook(chosen.handed.data)
    except NotebookError:
        return True
    defined = {name for cell in notebook.cells if cell.kind == "code" for name in defined_names(cell.source)}
    return bool(defined & set(assignment.functions))


def _store(course: Course, assignment: Assignment, chosen: _Found, *, with_times: bool, dry_run: bool) -> Change:
    folder = submitted_folder(course) / chosen.owned.student / assignment.id
    target = folder / assignment.notebook.name
    data = chosen.handed.data
    assert isinstance(data, bytes)
    before = target.read_bytes() if target.is_file() else None
    change = Change.NEW if before is None else Change.SAME if before == data else Change.REPLACED
    if dry_run or change is Change.SAME:
        return change
    folder.mkdir(parents=True, exist_ok=True)
    if before is not None:
        _set_aside(course, assignment, chosen.owned.student, before)
    time = chosen.handed.time if with_times else None
    # The time first: a notebook without it would count as handed in on time, and never the other way round.
    if time is not None:
        write_atomic(folder / TIMESTAMP, f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC".encode())
    else:
        (folder / TIMESTAMP).unlink(missing_ok=True)
    write_atomic(target, data)
    return change


def _set_aside(course: Course, assignment: Assignment, student: str, data: bytes) -> None:
    """Keep a notebook that is about to be replaced, under the time of its replacement and its digest."""
    folder = course.generated / "replaced" / student / assignment.id
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(data).hexdigest()[:12]}.ipynb"
    write_atomic(folder / name, data)


def _digest(file: _Found) -> bytes:
    return file.handed.data if isinstance(file.handed.data, bytes) else b""


def _letters(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
