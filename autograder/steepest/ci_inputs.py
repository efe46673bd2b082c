"""What `steepest ci` grades: the assignment, the notebook, the exam, found from little or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from steepest.ci_order import PRACTICE, Order, safe_name
from steepest.course import Assignment, Course, load_course
from steepest.errors import CourseError, NotebookError, Problem
from steepest.exam import Exam, draw_exam, load_exam, practice_exam
from steepest.grade_class import check_exam
from steepest.plugin import all_families, collect_properties
from steepest.released import properties_in, released_assignment


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
    if order.course_file is not None:
        course = load_course(order.course_file)
        return Place(course.assignment(order.assignment), course)
    properties = f"test_{safe_name(order.assignment)}.py"
    folders = [order.home, order.home / safe_name(order.assignment)]
    folder = next((folder for folder in folders if (folder / properties).is_file()), None)
    if folder is None:
        known = properties_in(order.home).name  # its own words if there is none, or there are several
        problem = Problem("assignment", order.assignment, f"this folder holds {known}, and no {properties}")
        raise CourseError(str(order.home), [problem])
    return Place(released_assignment(folder))


def find_notebook(order: Order, place: Place) -> tuple[Path | NotebookError, tuple[str, ...]]:
    """Return the notebook to grade, or why there is none, and remarks on its name.

    Raises:
        CourseError: The order names one that is not there: a slip of whoever gave it, for which no student gets a 0.
    """
    if order.notebook is not None:
        path = order.checkout / order.notebook
        if not path.exists():
            there = ", ".join(sorted(found.name[:60] for found in order.checkout.glob("*.ipynb"))[:5]) or "no notebook"
            way_out = f"there is no such file; here is {there}. Without a name it is looked for"
            raise CourseError(str(order.checkout), [Problem("NOTEBOOK", str(order.notebook), way_out)])
        return path, ()
    expected = f"{place.assignment.id}.ipynb"
    folders = dict.fromkeys([place.assignment.properties.parent, place.assignment.folder, order.checkout])
    if order.checkout.resolve() != (order.home.resolve() if place.course is None else place.course.root):
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
    exam = load_exam(assignment.id, order.home / order.exam)
    check_exam(assignment, exam)
    return exam


def _name_note(name: str, expected: str) -> tuple[str, ...]:
    if name == expected:
        return ()
    return (f"The notebook is named {name[:100]} and not {expected}; as the only one it was graded all the same.",)
