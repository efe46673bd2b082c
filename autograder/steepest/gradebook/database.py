"""Opening nbgrader's gradebook, and the many ways in which a database refuses, each in words that say what to do."""

from __future__ import annotations

import functools
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest import _nbgrader
from steepest._nbgrader import database_url, own_programs_first, quick_imports, sqlite_file
from steepest.course import Assignment, Course
from steepest.errors import GradebookError
from steepest.text import one_line

if TYPE_CHECKING:
    Gradebook = Any

UPGRADE = "make a copy of it, then run nbgrader db upgrade here"
_REFUSALS = (
    (r"is locked|lock timeout", "another program has been writing to it for a minute", "run the same again, later"),
    (r"readonly|read-only|unable to open|permission denied", "it cannot be written", "look at its permissions"),
    (r"is full|no space left|disk i/o", "the disk is full", "make room, then run the same again"),
    (r"not a database|malformed", "the file is no SQLite database, or is damaged", "put a backup in its place"),
    (r"no such (?:table|column)|undefined(?:table|column)|does not exist", "its tables are not as expected", UPGRADE),
    (r"password|authentication", "the server refuses the account", "look at user, ~/.pgpass and PGPASSWORD"),
    (r"connect|server closed|could not translate|timeout", "the server does not answer", "look whether it runs"),
)
"""What databases say, what it means, and the way out; the first that fits is told."""


def is_in_gradebook(course: Course, assignment: Assignment) -> bool:
    """Return whether nbgrader knows the assignment's notebook; for SQLite without a single import of nbgrader.

    Raises:
        GradebookError: There is a database, and it cannot be read.
    """
    file = sqlite_file(course)
    if file is None:
        with opened(course) as gradebook, told(course):
            return any(
                n.name == assignment.notebook.stem
                for a in gradebook.assignments
                for n in a.notebooks
                if a.name == assignment.id
            )
    if not file.exists():
        return False
    query = (
        "SELECT 1 FROM assignment JOIN notebook ON notebook.assignment_id = assignment.id"
        " WHERE assignment.name = ? AND notebook.name = ?"
    )
    with told(course), closing(_reader(file)) as connection:
        return connection.execute(query, (assignment.id, assignment.notebook.stem)).fetchone() is not None


@contextmanager
def opened(course: Course, url: str | None = None) -> Iterator[Gradebook]:
    """Lend the gradebook (the one of course.yml, or the one at ``url``); what it refuses becomes a GradebookError.

    Raises:
        GradebookError: It cannot be used: locked, read-only, full, damaged, out of reach, of another schema.
    """
    with told(course):
        check_schema(course)
        with quiet(), own_programs_first():
            api = nbgrader_api()
            with api.Gradebook(url or database_url(course), course.course_id) as gradebook:
                yield gradebook


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Make everything within one transaction: each commit of nbgrader's API waits for the end, where all of it counts.

    Whatever goes wrong, even the end of this process, leaves the database as it was.
    """
    session = gradebook.db
    session.commit = session.flush
    try:
        yield
        del session.commit
        session.commit()
    except BaseException:
        session.__dict__.pop("commit", None)
        session.rollback()
        raise


@contextmanager
def told(course: Course) -> Iterator[None]:
    """Turn what a database refuses into a GradebookError with the cause and the way out."""
    try:
        yield
    except GradebookError:
        raise
    except Exception as error:
        if not _is_of_a_database(error):
            raise
        raise refusal(course, error) from error


def refusal(course: Course, error: BaseException) -> GradebookError:
    """Return the error that a person reads in place of what the database said."""
    said = str(getattr(error, "orig", None) or error)
    for pattern, cause, way_out in _REFUSALS:
        if re.search(pattern, said, re.IGNORECASE):
            return GradebookError(f"gradebook {course.gradebook.url}: {cause} ({one_line(said, 120)}). Try: {way_out}")
    return GradebookError(f"gradebook {course.gradebook.url}: {one_line(said)}. Try: nbgrader db upgrade, or a backup")


def check_schema(course: Course) -> None:
    """Raise GradebookError if an SQLite gradebook was made by another version of nbgrader."""
    file = sqlite_file(course)
    if file is None or not file.exists():
        return
    with closing(_reader(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if _VERSION in tables else None
    if tables and row is not None and row[0] != newest_schema():
        raise GradebookError(
            f"gradebook {course.gradebook.url}: its tables were made by another version of nbgrader "
            f"({row[0]}, expected {newest_schema()}). Try: {UPGRADE}"
        )


_VERSION = "alembic_version"


def _reader(file: Path) -> sqlite3.Connection:
    """Return a connection for reading.

    It may write all the same: what a killed writer left half-done has to be rolled back before anything can be read.
    """
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=_nbgrader.WAIT_S)


@functools.cache
def newest_schema() -> str:
    """Return the version of the tables that the installed nbgrader works with."""
    folder = Path(nbgrader_api().__file__).parent / "alembic" / "versions"
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    made = re.findall(r"^revision\s*=\s*['\"](\w+)", text, re.MULTILINE)
    older = re.findall(r"^down_revision\s*=\s*['\"](\w+)", text, re.MULTILINE)
    newest: list[str] = sorted(set(made) - set(older))
    return newest[-1]


def nbgrader_api() -> Any:  # noqa: ANN401  # nbgrader has no types
    """Return the module ``nbgrader.api``.

    Raises:
        GradebookError: nbgrader is not installed.
    """
    try:
        with quick_imports(), quiet():
            from nbgrader import api
    except ImportError as error:
        raise GradebookError(f"nbgrader is needed for this ({error}). Try: pip install 'steepest[nbgrader]'") from error
    if not hasattr(api.create_engine, "cache_info"):
        # nbgrader makes an engine each time that it opens its gradebook, and compiles all its statements anew.
        api.create_engine = functools.lru_cache(maxsize=8)(api.create_engine)
    return api


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what SQLAlchemy and traitlets say of nbgrader's own code; it is nothing about the course."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _is_of_a_database(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return True
    modules = {base.__module__ for base in type(error).__mro__}
    return bool(modules & {"sqlalchemy.exc", "psycopg"}) or type(error).__name__ == "InvalidEntry"
