"""Releasing an assignment: the students' folder, made by nbgrader itself, then searched for solutions that survived."""

from __future__ import annotations

import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steepest import kit_wheel
from steepest._nbgrader import NEVER_COPIED, database_url, own_programs_first, quick_imports
from steepest._source_notebook import LabelledCell, metadata_problems, read_labelled, surviving
from steepest.course import Assignment, Course
from steepest.errors import CourseError, Problem, ReleaseError
from steepest.model import points_text

README = "README.md"
LOG_LINES = 12


@dataclass(frozen=True)
class ReleasedFolder:
    """What students get: ``folder`` holds just ``notebook``, ``properties``, a README and the wheel of the kit."""

    assignment: str
    folder: Path
    notebook: Path
    properties: Path


def release(course: Course, assignment_id: str, output: Path | None = None) -> ReleasedFolder:
    """Return the folder for students, made anew in ``output`` (None means ``generated/release`` of the course).

    An earlier release stays as it is until the new one is complete and found free of solutions.

    Raises:
        CourseError: There is no such assignment, or its source notebook is not usable.
        ReleaseError: nbgrader is missing or failed, or a solution would have been released.
    """
    assignment = course.assignment(assignment_id)
    source = _checked_source(course, assignment)
    parent = output or course.generated / "release"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{assignment.id}-", dir=parent) as scratch:
        made = Path(scratch) / "nbgrader"
        _generate(course, assignment, made)
        ready = Path(scratch) / "ready"
        ready.mkdir(mode=0o755)
        _collect(course, assignment, made / assignment.id, ready)
        _search(assignment, source, ready)
        _replace(ready, parent / assignment.id, Path(scratch) / "earlier")
    folder = parent / assignment.id
    return ReleasedFolder(assignment.id, folder, folder / assignment.notebook.name, folder / assignment.properties.name)


def _checked_source(course: Course, assignment: Assignment) -> tuple[LabelledCell, ...]:
    if not assignment.properties.is_file():
        way_out = "there is no such file; course.yml names it as the properties"
        raise CourseError(str(course.source), [Problem("properties", str(assignment.properties), way_out)])
    if assignment.folder.name != assignment.id or not assignment.folder.parent.is_relative_to(course.root):
        way_out = f"nbgrader needs the notebook in a folder named {assignment.id}, such as assignments/{assignment.id}"
        raise CourseError(str(course.source), [Problem("notebook", str(assignment.notebook), way_out)])
    source = read_labelled(assignment.notebook)
    problems = list(metadata_problems(source))
    if problems:
        raise CourseError(str(assignment.notebook), problems)
    return source


def _generate(course: Course, assignment: Assignment, destination: Path) -> None:
    """Let nbgrader write the release of the assignment below ``destination``.

    Raises:
        ReleaseError: nbgrader is not installed, or it failed; the end of its log is in the text.
    """
    with warnings.catch_warnings(), own_programs_first():
        warnings.simplefilter("ignore")  # SQLAlchemy and traitlets warn of nbgrader's own code, not of the course
        api = _nbgrader(course, assignment, destination)
        result = api.generate_assignment(assignment.id, force=True, create=True)
    if not result["success"]:
        # nbgrader logs the cause with its traceback, and then raises an error that only points to the log.
        log = (result.get("log") or result.get("error") or "no log").splitlines()
        telling = [line for line in log if line.strip() and not line.startswith(("[INFO]", "      "))]
        raise ReleaseError("\n  ".join([f"nbgrader could not release {assignment.id}:", *telling[-LOG_LINES:]]))


def _nbgrader(course: Course, assignment: Assignment, destination: Path) -> Any:  # noqa: ANN401
    """Return nbgrader's API on this course; its gradebook lies below ``generated``."""
    try:
        with quick_imports():
            from nbgrader.apps.api import NbGraderAPI
            from nbgrader.coursedir import CourseDirectory
            from traitlets.config import Config
    except ImportError as error:
        raise ReleaseError(f"nbgrader is needed for this ({error}). Try: pip install 'steepest[nbgrader]'") from error
    course.generated.mkdir(exist_ok=True)
    config = Config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = str(assignment.folder.parent.relative_to(course.root))
    config.CourseDirectory.release_directory = os.path.relpath(destination, course.root)
    config.CourseDirectory.notebook_id = assignment.notebook.stem
    config.CourseDirectory.course_id = course.course_id
    config.CourseDirectory.db_url = database_url(course)
    config.CourseDirectory.ignore.extend(NEVER_COPIED)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def _collect(course: Course, assignment: Assignment, made: Path, ready: Path) -> None:
    """Put the four files into ``ready``; whatever else nbgrader copied from beside the notebook stays behind."""
    template = made / assignment.notebook.name
    if not template.is_file():
        raise ReleaseError(f"nbgrader reported success, but wrote no {assignment.notebook.name}")
    (ready / template.name).write_bytes(template.read_bytes())
    (ready / assignment.properties.name).write_bytes(assignment.properties.read_bytes())
    (ready / README).write_text(readme(course, assignment), encoding="utf-8")
    (ready / kit_wheel.NAME).write_bytes(kit_wheel.kit_wheel())


def readme(course: Course, assignment: Assignment) -> str:
    """Return the README of a release, with the due date: the one beside the notebook, or else one made here."""
    own = assignment.folder / README
    if not own.is_file():
        return _made_readme(course, assignment)
    return f"{own.read_text(encoding='utf-8').rstrip()}\n\n## Due\n\n{_due_text(assignment)}\n"


def _made_readme(course: Course, assignment: Assignment) -> str:
    notebook, properties = assignment.notebook.name, assignment.properties.name
    functions = " and ".join(f"`{name}`" for name in assignment.functions)
    worth = f"{points_text(assignment.max_points)} points together"
    return f"""# {assignment.title}

{course.title}. {_due_text(assignment)}

| file | what it is |
|---|---|
| `{notebook}` | the notebook that you work in and hand in |
| `{properties}` | every property that {functions} must have; worth {worth} |
| `{kit_wheel.NAME}` | the kit, with the self-check |

## How to work

1. Open `{notebook}` in Jupyter and read it from top to bottom. Replace each `# YOUR CODE HERE` and the line below it.
2. Run the cells that begin with `check(...)` as often as you like. They try your functions on practice matrices, and
   where a property does not hold they show the smallest matrix for which it fails.
3. The same from a terminal, in this folder: `pytest {properties}`
4. The score as it would be graded, on practice matrices, in this folder: `steepest validate {notebook}`
5. Before you hand in: *Kernel, Restart Kernel and Run All Cells*. What only works because of a cell that you have
   deleted since will not work for the grader either.
6. Hand in `{notebook}`. Nothing else is read.

All properties are in `{properties}`; none is hidden. Your score uses other matrices than your practice does.

You need Python 3.11 or newer and the course's kit, which lies in this folder:
`pip install "./{kit_wheel.NAME}[worker]" jupyterlab`
"""


def _due_text(assignment: Assignment) -> str:
    if assignment.due is None:
        return "There is no due date."
    late = assignment.late
    text = f"Due {assignment.due:%A, %d %B %Y, %H:%M} ({assignment.due.tzname()})."
    if late.policy == "per_day":
        text += f" Each day late costs {late.percent:g} % of the points, for at most {late.max_days} days."
    return text


def _search(assignment: Assignment, source: tuple[LabelledCell, ...], ready: Path) -> None:
    """Refuse a release that holds a solution, an output, or metadata that nbgrader would trip over later."""
    released = read_labelled(ready / assignment.notebook.name)
    properties = (ready / assignment.properties.name).read_text(encoding="utf-8")
    text = "\n".join([*(item.cell.source for item in released), properties, (ready / README).read_text("utf-8")])
    problems = [*surviving(source, properties, text), *metadata_problems(released)]
    problems += [Problem(item.where, "outputs", "clear them") for item in released if item.has_outputs]
    if problems:
        raise ReleaseError("\n  ".join([f"{assignment.id} was not released:", *map(str, problems)]))


def _replace(new: Path, target: Path, earlier: Path) -> None:
    """Move ``new`` to ``target``; a folder that is there is moved to ``earlier`` first, and back if that fails."""
    if target.exists():
        target.rename(earlier)
    try:
        new.rename(target)
    except OSError:
        if earlier.exists():
            earlier.rename(target)
        raise
