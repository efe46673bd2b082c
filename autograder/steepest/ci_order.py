"""What `steepest ci` was asked for. Little is imported here: the first result is written before anything else is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steepest._secret import forget
from steepest._text_file import SAFE_ID
from steepest.course import load_course
from steepest.errors import CourseError, Problem
from steepest.model import YOU

PRACTICE, SECRET = "practice", "secret"


@dataclass(frozen=True)
class Order:
    """What is to be graded and where to: the command line, without its words.

    ``checkout`` holds the student's notebook. ``trusted`` is the folder of course.yml or of the released properties,
    which are believed; None means the checkout itself, as in a student's own repository.
    ``exam`` is ``practice``, ``secret`` or the path of a frozen exam. ``write`` names outputs; empty means those of
    course.yml and of the platforms that are found. ``output`` None means a folder below ``generated``.
    """

    assignment: str
    checkout: Path
    notebook: Path | None = None
    course: Path | None = None
    exam: str = PRACTICE
    write: tuple[str, ...] = ()
    output: Path | None = None
    student: str = ""
    device: str = ""
    local: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    trusted: Path | None = None

    @property
    def home(self) -> Path:
        """Return the folder whose files are believed: course.yml, properties, exams; results go there, too."""
        return self.trusted or self.checkout

    @property
    def course_file(self) -> Path | None:
        """Return the course.yml to read: the one that was named, else the one at home; None if there is none."""
        at_home = self.home / "course.yml"
        return self.course or (at_home if at_home.is_file() else None)


def take_secret(order: Order) -> bytes | None:
    """Return the secret of the exams if the order asks for it; from now on the environment does not hold it.

    Raises:
        CourseError: It is asked for, and there is none, or it is too short.
    """
    names = {"STEEPEST_SECRET"}
    try:
        course = load_course(order.course_file) if order.course_file is not None else None
        if course is not None and course.secret.env:
            names.add(course.secret.env)
        if order.exam != SECRET:
            return None
        if course is None:
            way_out = "the real exam needs a course.yml, which says where its secret lies; --exam practice needs none"
            raise CourseError(str(order.home), [Problem("course", "(missing)", way_out)])
        return course.read_secret()
    finally:
        for name in names:
            forget(name)


def safe_name(assignment: str) -> str:
    """Return the id of an assignment as it was typed, if it can be a name of a file."""
    return assignment if SAFE_ID.fullmatch(assignment) else "unknown"


def student_of(order: Order) -> str:
    """Return the student's id: as given, else as the platform says, else ``you``."""
    said = [order.student, *(order.environment.get(name, "") for name in ("STEEPEST_STUDENT", "GITHUB_ACTOR"))]
    return next((name for name in said if SAFE_ID.fullmatch(name)), YOU)
