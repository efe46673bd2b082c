"""What a platform wants to be given: Gradescope's zip, with the kit, the properties and the exam of one assignment."""

from __future__ import annotations

import io
import shlex
import zipfile
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from steepest.course import Assignment, Course
from steepest.errors import SteepestError
from steepest.exam import load_exam
from steepest.grade_class import check_exam
from steepest.kit_wheel import NAME, kit_wheel
from steepest.outputs.gradescope import VISIBILITIES

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PROGRAMS = ("setup.sh", "run_autograder")
_PINNED: tuple[str, ...] = (
    "ipython",
    "matplotlib",
    "matplotlib-inline",
    "nbformat",
    "pandas",
    "plotly",
    "torch",
    "numpy",
)
_PINNED += ("click", "hypothesis", "jinja2", "markupsafe", "pydantic", "pytest", "pyyaml", "rich", "safetensors")


class PackageError(SteepestError):
    """A platform's package could not be made."""


def gradescope_package(
    course: Course,
    assignment: Assignment,
    *,
    exam: Path | None,
    visibility: str = "due_date",
    per_day: int = 0,
    pip_flags: str = "",
) -> bytes:
    """Return the zip that Gradescope builds its autograder from; the same course gives the same bytes.

    Args:
        course: For its title and time zone.
        assignment: What is to be graded.
        exam: The frozen exam to pack; None grades on the practice exam, which everyone may know.
        visibility: One of Gradescope's words, or ``due_date``.
        per_day: How many submissions are graded in 24 hours; 0 means all.
        pip_flags: Further options for pip, such as the index of a CPU torch.

    Raises:
        PackageError: An option is wrong.
        ExamError: The exam is missing, or does not fit the properties.
    """
    if visibility not in (*VISIBILITIES, "due_date"):
        raise PackageError(f"visibility {visibility!r}. Try: one of {', '.join((*VISIBILITIES, 'due_date'))}")
    settings = {
        "ASSIGNMENT": assignment.id,
        "EXAM": "exam.safetensors" if exam else "practice",
        "STEEPEST_VISIBILITY": visibility,
        "STEEPEST_PER_DAY": str(per_day) if per_day else "",
    }
    packed: dict[str, bytes] = {name: _deployed("gradescope", name).read_bytes() for name in _PROGRAMS}
    packed |= {
        NAME: kit_wheel(),
        "settings": _shell(settings),
        "pip-flags": f"{pip_flags}\n".encode(),
        "constraints.txt": _constraints().encode(),
        "course.yml": _course_file(course, assignment).encode(),
        f"assignments/{assignment.id}/{assignment.properties.name}": assignment.properties.read_bytes(),
    }
    if exam is not None:
        check_exam(assignment, load_exam(assignment.id, exam))
        packed["exam.safetensors"] = exam.read_bytes()
    return _zipped(packed)


def _deployed(platform: str, name: str) -> Traversable:
    """Return a deployment file: inside the package where a wheel is installed, beside it in a checkout."""
    for folder in (files("steepest") / "platforms", Path(__file__).parent.parent):
        if (found := folder / platform / name).is_file():
            return found
    raise PackageError(f"{platform}/{name} does not belong to this installation. Try: install the kit again")


def _shell(settings: dict[str, str]) -> bytes:
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()).encode()


def _constraints() -> str:
    """Return the versions of this interpreter: what was tried here is installed there."""
    lines = []
    for name in sorted(set(_PINNED)):
        try:
            lines.append(f"{name}=={version(name).partition('+')[0]}\n")
        except PackageNotFoundError:
            continue
    return "".join(lines)


def _course_file(course: Course, assignment: Assignment) -> str:
    """Return a course.yml for this one assignment: no roster, no secret, no other assignment."""
    limits = {name: value for name, value in vars(assignment.limits).items()}
    entry: dict[str, Any] = {
        "id": assignment.id,
        "title": assignment.title,
        "notebook": f"assignments/{assignment.id}/{assignment.id}.ipynb",
        "properties": f"assignments/{assignment.id}/{assignment.properties.name}",
        "functions": list(assignment.functions),
        "points": float(assignment.points),
        "device": assignment.device,
        "limits": limits,
    }
    tree = {"title": course.title, "timezone": str(course.timezone), "assignments": [entry]}
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


def _zipped(packed: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(packed.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, so that the mode counts
            entry.external_attr = (0o100755 if name in _PROGRAMS else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return made.getvalue()
