"""Finding what was handed in: notebooks, folders of notebooks, and nbgrader's ``submitted`` layout."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from steepest._text_file import SAFE_ID, SAFE_ID_RULE
from steepest.errors import NotebookError
from steepest.notebook import read_submission
from steepest.text import one_line

MAX_ALIKE = 10
"""How many copies of one notebook are read to find that they are the same."""


@dataclass(frozen=True)
class Submission:
    """One student's notebook, not yet read; ``refusal`` says why there is none to read."""

    student: str
    path: Path
    refusal: NotebookError | None = None

    def read(self) -> bytes | NotebookError:
        """Return the bytes of the notebook, or why they cannot be had."""
        if self.refusal is not None:
            return self.refusal
        try:
            return read_submission(self.path)
        except NotebookError as error:
            return error


@dataclass(frozen=True)
class Unmatched:
    """Something among the submissions that belongs to no student; it is listed, never dropped."""

    name: str
    reason: str


def find_submissions(
    paths: Sequence[Path], assignment: str, known: Iterable[str] = ()
) -> tuple[tuple[Submission, ...], tuple[Unmatched, ...]]:
    """Return the submissions below ``paths`` sorted by student, and what could not be matched to one.

    A path is a notebook, a folder of notebooks named after students, or a folder laid out as nbgrader does
    (``<student>/<assignment>/<notebook>.ipynb``). ``known`` are the ids of the roster; empty means anyone.
    """
    roster = {student.casefold(): student for student in known}
    found: dict[str, list[Submission]] = {}
    unmatched: list[Unmatched] = []
    for submission in (each for path in paths for each in _below(path, assignment)):
        problem = _problem(submission.student, roster)
        if problem:
            unmatched.append(Unmatched(one_line(str(submission.path)), problem))
        else:
            student = roster.get(submission.student.casefold(), submission.student)
            found.setdefault(student, []).append(Submission(student, submission.path, submission.refusal))
    chosen: list[Submission] = []
    for student, same in sorted(found.items()):
        if _alike(same):
            chosen.append(same[0])
        else:
            unmatched += _ambiguous(student, same)
    return tuple(chosen), tuple(unmatched)


def _problem(student: str, roster: dict[str, str]) -> str:
    if not SAFE_ID.fullmatch(student):
        return f"the name {one_line(student, 80)!r} cannot be a student's id; {SAFE_ID_RULE}"
    if roster and student.casefold() not in roster:
        return f"no student {student!r} in the roster"
    return ""


def _alike(same: Sequence[Submission]) -> bool:
    """Return whether it does not matter which of a student's submissions is taken."""
    if len({submission.path.resolve() for submission in same}) == 1:
        return True
    if len(same) > MAX_ALIKE:
        return False
    digests = (_digest(submission) for submission in same)  # one is held at a time, and the first other one ends it
    first = next(digests)
    return first is not None and all(digest == first for digest in digests)


def _digest(submission: Submission) -> bytes | None:
    data = submission.read()
    return hashlib.sha256(data).digest() if isinstance(data, bytes) else None


def _ambiguous(student: str, same: Sequence[Submission]) -> Iterator[Unmatched]:
    """Yield the submissions of which one counts: which one is for a person to say, and nothing is graded until then."""
    reason = f"{len(same)} different submissions of {student} were given. Try: give the one that counts"
    yield from (Unmatched(one_line(str(submission.path)), reason) for submission in same)


def _below(path: Path, assignment: str) -> Iterator[Submission]:
    if not path.is_dir():
        yield Submission(path.parent.parent.name if path.parent.name == assignment else path.stem, path)
        return
    if (path / assignment).is_dir() and not (path / assignment / assignment).is_dir():
        yield from _in_folder(path.resolve().name, path / assignment, assignment)
        return
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and not entry.name.startswith("."):
            yield from _in_folder(entry.name, entry / assignment, assignment)
        elif entry.suffix == ".ipynb":
            yield Submission(entry.stem, entry)


def _in_folder(student: str, folder: Path, assignment: str) -> Iterator[Submission]:
    """Yield the notebook that counts, named after the assignment or the only one; several if none stands out."""
    expected = folder / f"{assignment}.ipynb"
    if folder.is_symlink() or folder.parent.is_symlink():
        yield Submission(student, expected, NotebookError("the folder is a link to another", "hand in the file itself"))
        return
    notebooks = sorted(folder.glob("*.ipynb")) if folder.is_dir() else []
    named = [path for path in notebooks if path.stem.casefold() == assignment.casefold()]
    chosen = named if len(named) == 1 else notebooks
    if not chosen:
        refusal = NotebookError("no notebook was handed in", f"hand in {assignment}.ipynb")
        yield Submission(student, expected, refusal)
    yield from (Submission(student, path) for path in chosen)
