"""When a file in somebody's git repository was last committed, asked of a short-lived process and never of git.

git runs what a repository's configuration names, so no git is started in a student's folder: see
``docs/adr/0009-commit-times.md``.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from steepest.errors import SteepestError

WALL_S = 30
"""The reader's own limit is 10 CPU seconds; more is waited for nowhere but on a slow disk, or at a pipe."""
_TIME = re.compile(r"(?:19[7-9]\d|2\d\d\d)-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NEVER = "-"


class CommitTimeError(SteepestError):
    """A commit's time cannot be read; the text says why, in words of the kit's own."""


def repository_of(file: Path, root: Path) -> Path | None:
    """Return the folder with the ``.git`` that a file belongs to, not above ``root``; None if there is none."""
    for folder in file.parents:
        if (folder / ".git").is_dir() or (folder / ".git").is_symlink() or (folder / ".git").is_file():
            return folder
        if folder == root:
            return None
    return None


def commit_time(repository: Path, name: PurePosixPath) -> datetime | None:
    """Return when a file was last committed; None if the newest commit has no such file.

    Raises:
        CommitTimeError: The repository cannot be read within the limits, or dulwich is not installed.
    """
    if importlib.util.find_spec("dulwich") is None:
        raise CommitTimeError("dulwich is not installed. Try: pip install 'steepest[git]'")
    if (repository / ".git").is_symlink() or not (repository / ".git").is_dir():
        raise CommitTimeError("its .git is no folder")
    return _time(_answer(json.dumps({"repository": str(repository.absolute()), "name": str(name)})))


def _answer(question: str) -> str:
    """Return what the reader says, whatever that is."""
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "steepest._commit_reader"],
                input=question.encode(),
                stdout=answer,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"LC_ALL": "C.UTF-8"},
                timeout=WALL_S,
            )
        except subprocess.TimeoutExpired:
            raise CommitTimeError(f"its repository could not be read within {WALL_S} s") from None
        if done.returncode != 0:
            raise CommitTimeError("its repository is damaged, too large, or none")
        answer.seek(0)
        return answer.read(64).decode("ascii", "replace").removesuffix("\n")


def _time(answer: str) -> datetime | None:
    if answer == _NEVER:
        return None
    if not _TIME.fullmatch(answer):
        raise CommitTimeError("its repository gives no time")
    try:
        return datetime.strptime(answer, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise CommitTimeError("its repository gives no time") from None
