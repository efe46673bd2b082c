"""What `steepest ci` grades: the assignment, the notebook, the exam, found from little or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steepest._secret import forget
from steepest._text_file import SAFE_ID
from steepest.course import Assignment, Course, load_course
from steepest.errors import CourseError, NotebookError, Problem
from steepest.exam import Exam, draw_exam, load_exam, practice_exam
from steepest.grade_class import check_exam
from steepest.plugin import all_families, collect_properties
from steepest.released import properties_in, released_assignment
from steepest.validate import OWN

PRACTICE, SECRET = "practice", "secret"


@dataclass(frozen=True)
class Order:
    """What is to be graded and where to: the command line, without its words.

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


@dataclass(frozen=True)
class Place:
    """The assignment as course.yml has it, or a released folder alone; ``course`` is None for the latter."""

    assignment: Assignment
    course: Course | None = None


def open_place(order: Order) -> Place:
    """Return the assignment: of course.yml if there is one, else of the released folder.

    Raises:
        CourseError: course.yml has mistakes, or no such assignment.
        NoPropertiesError: There is neither a course.yml nor a released folder.
    """
    course_file = order.course or order.checkout / "course.yml"
    if order.course is not None or course_file.is_file():
        course = load_course(course_file)
        return Place(course.assignment(order.assignment), course)
    properties = f"test_{safe_name(order.assignment)}.py"
    folders = [order.checkout, order.checkout / safe_name(order.assignment)]
    folder = next((folder for folder in folders if (folder / properties).is_file()), None)
    if folder is None:
        known = properties_in(order.checkout).name  # its own words if there is none, or there are several
        problem = Problem("assignment", order.assignment, f"this folder holds {known}, and no {properties}")
        raise CourseError(str(order.checkout), [problem])
    return Place(released_assignment(folder))


def find_notebook(order: Order, place: Place) -> tuple[Path | NotebookError, tuple[str, ...]]:
    """Return the notebook to grade, or why there is none, and remarks on its name."""
    if order.notebook is not None:
        return order.checkout / order.notebook, ()
    expected = f"{place.assignment.id}.ipynb"
    folders = dict.fromkeys([place.assignment.properties.parent, place.assignment.folder, order.checkout])
    if place.course is not None and order.checkout.resolve() != place.course.root:
        folders = {order.checkout: None}  # a course that lies elsewhere has its own notebooks, with solutions
    for folder in folders:
        found = sorted(folder.glob("*.ipynb"))
        named = [path for path in found if path.name.casefold() == expected.casefold()]
        chosen = named if len(named) == 1 else found
        if len(chosen) == 1:
            return chosen[0], _name_note(chosen[0].name, expected)
        if chosen:
            names = ", ".join(path.name[:60] for path in chosen[:5])
            reason = f"there are {len(chosen)} notebooks ({names}), and it is not clear which one counts"
            return NotebookError(reason, f"keep one, named {expected}"), ()
    return NotebookError("there is no notebook", f"add {expected}, with just this name"), ()


def find_exam(order: Order, assignment: Assignment, secret: bytes | None) -> Exam:
    """Return the exam that the order names.

    Raises:
        ExamError: The file is missing, is no exam, or does not fit the properties.
    """
    families = all_families(collect_properties(assignment.properties))
    if secret is not None:
        return draw_exam(assignment.id, families, secret)
    if order.exam == PRACTICE:
        return practice_exam(assignment.id, families)
    exam = load_exam(assignment.id, order.checkout / order.exam)
    check_exam(assignment, exam)
    return exam


def take_secret(order: Order) -> bytes | None:
    """Return the secret of the exams if the order asks for it; from now on the environment does not hold it.

    Raises:
        CourseError: It is asked for, and there is none, or it is too short.
    """
    course_file = order.course or order.checkout / "course.yml"
    names = {"STEEPEST_SECRET"}
    try:
        course = load_course(course_file) if order.course is not None or course_file.is_file() else None
        if course is not None and course.secret.env:
            names.add(course.secret.env)
        if order.exam != SECRET:
            return None
        if course is None:
            way_out = "the real exam needs a course.yml, which says where its secret lies; --exam practice needs none"
            raise CourseError(str(order.checkout), [Problem("course", "(missing)", way_out)])
        return course.read_secret()
    finally:
        for name in names:
            forget(name)


def _name_note(name: str, expected: str) -> tuple[str, ...]:
    if name == expected:
        return ()
    return (f"The notebook is named {name[:100]} and not {expected}; as the only one it was graded all the same.",)


def safe_name(assignment: str) -> str:
    """Return the id of an assignment as it was typed, if it can be a name of a file."""
    return assignment if SAFE_ID.fullmatch(assignment) else "unknown"


def student_of(order: Order) -> str:
    """Return the student's id: as given, else as the platform says, else ``you``."""
    said = [order.student, *(order.environment.get(name, "") for name in ("STEEPEST_STUDENT", "GITHUB_ACTOR"))]
    return next((name for name in said if SAFE_ID.fullmatch(name)), OWN)
