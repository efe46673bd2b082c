"""A course as course.yml describes it: assignments, limits, engine, outputs, where secret and roster lie."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from steepest._course_file import (
    AssignmentEntry,
    CourseEntry,
    EngineEntry,
    GradebookEntry,
    LateEntry,
    LimitsEntry,
    read_course_file,
)
from steepest._text_file import read_text, short
from steepest.errors import CourseError, Problem
from steepest.model import Limits
from steepest.roster import RosterEntry, load_roster

__all__ = ["Assignment", "Course", "RosterEntry", "SecretSource", "load_course", "load_roster"]

MIN_SECRET_CHARACTERS = 16
MAX_SECRET_BYTES = 4096
_HARMLESS = (
    "safe.directory=*",  # in CI the checkout often belongs to another user, and git would refuse to answer
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "protocol.allow=never",
)
_NO_SURROUNDINGS = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
"""git's environment: settings of nobody, and no protocol to fetch by what a partial clone lacks."""
_NEW_SECRET = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"


@dataclass(frozen=True)
class SecretSource:
    """Where the secret of the exams lies, never the secret itself: an environment variable or a file."""

    env: str | None = None
    file: Path | None = None

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.file is None else f"file {self.file}"


@dataclass(frozen=True)
class Assignment:
    """One assignment. Paths are absolute and inside the course root; ``due`` carries its time zone."""

    id: str
    title: str
    notebook: Path
    properties: Path
    functions: tuple[str, ...]
    points: Decimal
    due: datetime | None
    late: LateEntry
    device: str
    limits: Limits

    @property
    def max_points(self) -> int:
        """Return the points of the assignment in hundredths of a point."""
        return int(self.points * 100)

    @property
    def folder(self) -> Path:
        """Return the folder of the source notebook; nbgrader publishes every file in it."""
        return self.notebook.parent


@dataclass(frozen=True)
class Course:
    """Everything that course.yml says, with defaults filled in. ``root`` is the folder of course.yml."""

    title: str
    timezone: ZoneInfo
    root: Path
    source: Path
    roster: Path | None
    secret: SecretSource
    engine: EngineEntry
    outputs: tuple[str, ...]
    gradebook: GradebookEntry
    assignments: tuple[Assignment, ...]

    @property
    def generated(self) -> Path:
        """Return the folder below which everything that the kit makes is written."""
        return self.root / "generated"

    @property
    def course_id(self) -> str:
        """Return the name under which nbgrader knows the course: the one of course.yml, or else made of the title."""
        made = re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")[:64].strip("-")
        return self.gradebook.course_id or made or "course"

    def assignment(self, assignment_id: str) -> Assignment:
        """Return the assignment with this id.

        Raises:
            CourseError: There is none; the text lists the ids that exist.
        """
        for assignment in self.assignments:
            if assignment.id == assignment_id:
                return assignment
        known = ", ".join(assignment.id for assignment in self.assignments)
        problem = Problem("assignment", short(assignment_id), f"no such assignment; course.yml has: {known}")
        raise CourseError(str(self.source), [problem])

    def only(self, assignment_ids: Sequence[str]) -> Course:
        """Return the course with just these assignments, in the order given; no id means all of them.

        Raises:
            CourseError: One of them does not exist; the text lists the ids that do.
        """
        chosen = tuple(self.assignment(name) for name in dict.fromkeys(assignment_ids))
        return replace(self, assignments=chosen or self.assignments)

    def read_secret(self) -> bytes:
        """Return the secret of the exams, without surrounding white space; it is read anew at each call.

        Raises:
            CourseError: It is missing, too short, or in a file that git would publish. The text never shows it.
        """
        text = self._secret_from_file(self.secret.file) if self.secret.file else self._secret_from_environment()
        if len(text.strip()) < MIN_SECRET_CHARACTERS:
            raise self._secret_error(f"shorter than {MIN_SECRET_CHARACTERS} characters; make one with {_NEW_SECRET}")
        return text.strip().encode("utf-8", "surrogateescape")

    def _secret_from_environment(self) -> str:
        text = os.environ.get(self.secret.env or "")
        if text is None:
            raise self._secret_error(f"not set; make one with {_NEW_SECRET} and export it, the same for the whole term")
        return text

    def _secret_from_file(self, path: Path) -> str:
        if _tracked_by_git(path):
            way_out = "git tracks this file, so everyone who can read the repository knows the secret; "
            raise self._secret_error(way_out + "move it out of the repository and make a new one")
        return read_text(path, MAX_SECRET_BYTES, f"make one with {_NEW_SECRET}, outside the repository")

    def _secret_error(self, way_out: str) -> CourseError:
        return CourseError(str(self.source), [Problem("secret", str(self.secret), way_out)])


def load_course(path: Path) -> Course:
    """Return the course that the file ``path`` (course.yml) describes.

    Files that it names need not exist yet; ``steepest check`` looks for them.

    Raises:
        CourseError: The file cannot be read or has mistakes; the error holds all of them.
    """
    source = path.resolve()
    entry = read_course_file(source)
    limits = _limits(entry.limits, Limits())
    return Course(
        title=entry.title,
        timezone=entry.timezone,
        root=source.parent,
        source=source,
        roster=entry.roster,
        secret=SecretSource(env=entry.secret.env, file=entry.secret.file),
        engine=entry.engine,
        outputs=entry.outputs,
        gradebook=entry.gradebook,
        assignments=tuple(_assignment(item, entry, limits) for item in entry.assignments),
    )


def _assignment(entry: AssignmentEntry, course: CourseEntry, limits: Limits) -> Assignment:
    return Assignment(
        id=entry.id,
        title=entry.title,
        notebook=entry.notebook,
        properties=entry.properties,
        functions=entry.functions,
        points=entry.points,
        due=_aware(entry.due, course.timezone),
        late=entry.late,
        device=entry.device,
        limits=_limits(entry.limits, limits),
    )


def _aware(due: datetime | None, timezone: ZoneInfo) -> datetime | None:
    """Return ``due`` with a time zone: its own if it has one, else the course's."""
    return due.replace(tzinfo=timezone) if due is not None and due.tzinfo is None else due


def _limits(entry: LimitsEntry, defaults: Limits) -> Limits:
    return replace(defaults, **entry.model_dump(exclude_none=True))


def _tracked_by_git(path: Path) -> bool:
    """Return whether git tracks the file; without git, or outside a repository, nothing is tracked.

    The repository may be a student's, so nothing that its configuration names is started, and nothing is fetched.
    """
    options = [word for setting in _HARMLESS for word in ("-c", setting)]
    command = ["git", *options, "-C", str(path.parent), "ls-files", "--error-unmatch", "--", path.name]
    environment = {"PATH": os.environ.get("PATH", os.defpath), **_NO_SURROUNDINGS}
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
