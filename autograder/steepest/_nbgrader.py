"""nbgrader as the kit uses it: where its folders and its database lie, and a start without seconds of needless work."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from steepest.course import Course

NEVER_COPIED = (".hypothesis", ".pytest_cache", ".git", "exam*", "*.safetensors", "report.*")
"""Added to what nbgrader leaves out when it copies the files beside a notebook."""

WAIT_S = 60
"""How long SQLite waits for another process that writes; its own 5 seconds end a whole run of nbgrader."""


def database_url(course: Course) -> str:
    """Return the gradebook's address for SQLAlchemy, with the driver and the waiting time that the kit needs."""
    scheme, _, rest = course.gradebook.url.partition("://")
    if scheme == "postgresql":
        return f"postgresql+psycopg://{rest}"
    return f"sqlite:///{course.root / rest.removeprefix('/')}?timeout={WAIT_S}"


def sqlite_file(course: Course) -> Path | None:
    """Return the file of the gradebook; None if it is no SQLite database."""
    scheme, _, rest = course.gradebook.url.partition("://")
    return course.root / rest.removeprefix("/") if scheme == "sqlite" else None


@contextlib.contextmanager
def quick_imports() -> Iterator[None]:
    """Keep jsonschema from building the grammar of a format that no notebook uses: 2 of 4 seconds of the import."""
    name = "rfc3987_syntax"
    block = name not in sys.modules
    if block:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if block:
            del sys.modules[name]


@contextlib.contextmanager
def own_programs_first() -> Iterator[None]:
    """Put this interpreter's own programs first on PATH: nbgrader starts ``alembic`` by its bare name."""
    before = os.environ.get("PATH")
    put_own_programs_first()
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


def put_own_programs_first() -> None:
    """Do what `own_programs_first` does, for the rest of this process."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), *([before] if before else [])])
