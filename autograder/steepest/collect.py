"""Collecting: what a platform, a folder or repositories hold becomes nbgrader's ``submitted`` folder. Nothing is lost.

A file that belongs to nobody, or one of several that may count, is listed with the reason. A notebook that another
one replaces is kept below ``generated/replaced``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path, PurePosixPath

from steepest._definitions import defined_names
from steepest.commit_times import CommitTimeError, commit_time
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
MAX_STUDENT_BYTES = 200 << 20
"""How much of one student's notebooks is read: ten of the largest size."""
MAX_NAMES = 5
_TOO_MUCH = f"more than {MAX_STUDENT_BYTES >> 20} MiB of notebooks were handed in, and this one was not read"


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
    digest: bytes = b""


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
        with_times: Take the files' times as the times of submission, from which lateness follows. Only then, and
            only of the files that count, is a git repository asked for the time of a commit.
        dry_run: Write nothing.
    """
    whose = Whose(roster, assignment.id)
    found: dict[str, list[_Found]] = {}
    unmatched: list[Unmatched] = []
    for item in handed:
        owner = whose.owner(item.path)
        if isinstance(owner, Owned):
            found.setdefault(owner.student, []).append(_Found(owner, item))
        elif item.path.suffix.lower() == ".ipynb":
            unmatched.append(Unmatched(one_line(str(item.path)), owner))
    collected: list[Collected] = []
    for _, files in sorted(found.items()):
        readable, refused = _read_each(files, assignment.id)
        try:
            chosen = _choose(readable, refused, assignment.id)
            collected.append(_collected(course, assignment, chosen, with_times=with_times, dry_run=dry_run))
        except _NobodyCounts as nobody:
            unmatched += nobody.unmatched
    return tuple(collected), tuple(sorted(unmatched, key=lambda thing: thing.name))


class _NobodyCounts(Exception):
    """Of a student's files none can be taken; each is listed with the reason."""

    def __init__(self, unmatched: Iterable[Unmatched]) -> None:
        self.unmatched = tuple(unmatched)
        super().__init__()


@dataclass(frozen=True)
class _Choice:
    """The file that counts, and remarks on the others."""

    file: _Found
    notes: tuple[str, ...]


def _read_each(files: Sequence[_Found], assignment: str) -> tuple[list[_Found], list[Unmatched]]:
    """Return the files that can be read, with their digests, and the others with the reason; one is held at a time.

    Those that are likely to count are read first: of one student no more is read than the cap.
    """
    readable: list[_Found] = []
    refused: list[Unmatched] = []
    left = MAX_STUDENT_BYTES
    for file in sorted(files, key=lambda file: (not _is_named(file, assignment), -file.owned.version)):
        try:
            if left <= 0:
                raise NotebookError(_TOO_MUCH, f"keep the one that counts, {assignment}.ipynb")
            data = file.handed.read()
        except NotebookError as error:
            name = one_line(str(file.handed.path))
            refused.append(Unmatched(name, f"{file.owned.student}: {error}"))
        else:
            left -= len(data)
            readable.append(replace(file, digest=hashlib.sha256(data).digest()))
    return readable, refused


def _choose(readable: Sequence[_Found], refused: Sequence[Unmatched], assignment: str) -> _Choice:
    """Return the file that counts: the one with the assignment's name, of these the newest version, or the only one.

    Raises:
        _NobodyCounts: There is none, or it is for a person to say which.
    """
    if not readable:
        raise _NobodyCounts(refused)
    candidates = [file for file in readable if _is_named(file, assignment)] or readable
    newest = max(file.owned.version for file in candidates)
    last = [file for file in candidates if file.owned.version == newest]
    if len({file.digest for file in last}) > 1:
        names = ", ".join(one_line(str(file.handed.path), 80) for file in last[:MAX_NAMES])
        reason = f"{last[0].owned.student} handed in several ({names}); keep the one that counts"
        raise _NobodyCounts(Unmatched(one_line(str(file.handed.path)), reason) for file in last)
    others = [file for file in readable if file.digest != last[0].digest]
    notes = [f"{len(others)} earlier or other file{'s'[: len(others) != 1]} left aside"] if others else []
    notes += [f"left aside: {thing.name}: {thing.reason}" for thing in refused if _is_notebook(thing)][:MAX_NAMES]
    return _Choice(last[0], tuple(notes))


def _is_notebook(thing: Unmatched) -> bool:
    return thing.name.lower().endswith(".ipynb")


def _is_named(file: _Found, assignment: str) -> bool:
    return _letters(file.owned.own_name) == _letters(assignment)


def _collected(
    course: Course, assignment: Assignment, chosen: _Choice, *, with_times: bool, dry_run: bool
) -> Collected:
    """Store the file that counts, and return what became of it."""
    file, path = chosen.file, chosen.file.handed.path
    try:
        data = file.handed.read()
        if hashlib.sha256(data).digest() != file.digest:
            raise NotebookError("the file changed while it was collected", "collect again")
    except NotebookError as error:
        raise _NobodyCounts([Unmatched(one_line(str(path)), f"{file.owned.student}: {error}")]) from error
    time, doubt = _time(file.handed) if with_times else (None, ())
    change = _store(course, assignment, file.owned.student, data, time, dry_run=dry_run)
    return Collected(file.owned.student, path, change, (*_notes(chosen, data, assignment), *doubt))


def _time(handed: Handed) -> tuple[datetime | None, tuple[str, ...]]:
    """Return when a file was handed in, and a remark if that cannot be told.

    In a repository that is the time of the commit; of a file that was never committed, it is the file's own.
    """
    if handed.repository is None or handed.inside is None:
        return handed.changed, ()
    try:
        return commit_time(handed.repository, handed.inside) or handed.changed, ()
    except CommitTimeError as error:
        return None, (f"no time of a commit: {error}. No penalty follows by itself",)


def _notes(chosen: _Choice, data: bytes, assignment: Assignment) -> tuple[str, ...]:
    owned, name = chosen.file.owned, chosen.file.handed.path.name
    notes = []
    if _letters(owned.own_name) not in (_letters(assignment.id), _letters(owned.student)):
        notes.append(f"renamed from {one_line(name, 80)}")
    notes += chosen.notes
    if owned.late:
        notes.append("the platform marks it as late, and tells no time: no penalty follows by itself")
    if not _defines_any(data, assignment):
        notes.append(f"defines none of {', '.join(assignment.functions)}: another assignment's notebook?")
    return tuple(notes)


def _defines_any(data: bytes, assignment: Assignment) -> bool:
    """Return whether a notebook defines a function of the assignment; what cannot be read is for grading to tell."""
    try:
        notebook = parse_notebook(data)
    except NotebookError:
        return True
    defined = {name for cell in notebook.cells if cell.kind == "code" for name in defined_names(cell.source)}
    return bool(defined & set(assignment.functions))


def _store(
    course: Course, assignment: Assignment, student: str, data: bytes, time: datetime | None, *, dry_run: bool
) -> Change:
    """Write a notebook and its time where nbgrader looks for them; say what that changed."""
    folder = submitted_folder(course) / student / assignment.id
    target = folder / assignment.notebook.name
    before = target.read_bytes() if target.is_file() else None
    change = Change.NEW if before is None else Change.SAME if before == data else Change.REPLACED
    if dry_run or change is Change.SAME:
        return change
    folder.mkdir(parents=True, exist_ok=True)
    if before is not None:
        _set_aside(course, assignment, student, before)
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


def _letters(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
