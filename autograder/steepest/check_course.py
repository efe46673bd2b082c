"""Checking a course before students see it: files, points, metadata, and what solution and template score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from steepest._definitions import defined_names
from steepest._source_notebook import (
    LabelledCell,
    cell_points,
    cleared_whole,
    metadata_problems,
    read_labelled,
    region_problems,
    surviving,
)
from steepest.course import Assignment, Course, load_roster
from steepest.errors import CourseError, SteepestError
from steepest.model import GradeReport, points_text
from steepest.plugin import PropertyInfo, collect_properties

GradeBytes = Callable[[Assignment, bytes], GradeReport]
"""Grades the bytes of a notebook as a submission."""

MakeTemplate = Callable[[Assignment], bytes]
"""Makes a release and returns the bytes of its notebook; raises a `SteepestError` if that is not possible."""

Found = Iterator["Finding"]

_MARK = "write ### BEGIN SOLUTION and ### END SOLUTION around what students are to write"


class Severity(Enum):
    """How bad a finding is: an error spoils the assignment, a warning says what was not or need not be so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a course: where it stands, what stands there, and the way out."""

    severity: Severity
    where: str
    what: str
    way_out: str

    def __str__(self) -> str:
        return f"{self.severity.value}: {self.where}: {self.what}. Try: {self.way_out}"


def check_course(
    course: Course, *, grade: GradeBytes | None = None, make_template: MakeTemplate | None = None
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a course that could be loaded, assignment by assignment.

    Args:
        course: The course.
        grade: Grades the source notebooks and the templates; None leaves that out, with a warning.
        make_template: Makes the templates; None leaves them out, with a warning.
    """
    findings = list(_roster(course))
    for assignment in course.assignments:
        findings += _assignment(course, assignment, grade, make_template)
    return tuple(findings)


def _roster(course: Course) -> Found:
    if course.roster is None:
        return
    try:
        if not load_roster(course.roster):
            yield _warning("roster", "it names no student", "add a line for each student")
    except CourseError as error:
        for problem in error.problems:
            yield _error(f"{course.roster.name}, {problem.where}", problem.value, problem.way_out)


def _assignment(
    course: Course, assignment: Assignment, grade: GradeBytes | None, make_template: MakeTemplate | None
) -> Found:
    """Yield what is wrong with one assignment; what needs a readable notebook or properties waits for them."""
    try:
        cells = read_labelled(assignment.notebook)
    except CourseError as error:
        yield from (_error(_place(assignment, "notebook"), p.value, p.way_out) for p in error.problems)
        return
    yield from _layout(assignment)
    labels = [*metadata_problems(cells), *region_problems(cells)]
    unfit = [_error(_place(assignment, p.where), p.value, p.way_out) for p in labels]
    unfit += _functions(assignment, cells)
    yield from unfit
    yield from _cleared_whole(assignment, cells)
    if not assignment.properties.is_file():
        what = f"no file {assignment.properties}"
        yield _error(_place(assignment, "properties"), what, "mend the path in course.yml")
        return
    try:
        properties = collect_properties(assignment.properties)
    except SteepestError as error:
        yield _error(_place(assignment, "properties"), str(error), "run pytest on the file to see what is wrong")
        return
    yield from _points(assignment, cells, properties)
    yield from _solution_scores_full(assignment, grade)
    yield from _earlier_release(course, assignment, cells)
    if not unfit:
        yield from _template_scores_nothing(assignment, grade, make_template)


def _layout(assignment: Assignment) -> Found:
    if assignment.folder.name != assignment.id:
        way_out = f"put it into a folder named {assignment.id}, as nbgrader needs it, and mend course.yml"
        yield _error(_place(assignment, "notebook"), f"lies in a folder named {assignment.folder.name}", way_out)


def _functions(assignment: Assignment, cells: Sequence[LabelledCell]) -> Found:
    """Yield the graded functions that the source does not define, and those that students would get as they stand."""
    defined = [(item, defined_names(item.cell.source)) for item in cells if item.cell.kind == "code"]
    for function in assignment.functions:
        defining = [item for item, names in defined if function in names]
        if not defining:
            way_out = "define it at the top level of a code cell, or mend the name in course.yml"
            yield _error(_place(assignment, "functions"), f"{function} is not defined in the source notebook", way_out)
        elif not any(item.has_solution_region or item.is_labelled("solution") for item in defining):
            what = f"students get {function} as it stands, since nothing of it is marked as a solution"
            yield _error(_place(assignment, defining[-1].where), what, f"{_MARK}, and choose Autograded answer for it")


def _cleared_whole(assignment: Assignment, cells: Sequence[LabelledCell]) -> Found:
    for item in cleared_whole(cells):
        what = "has no ### BEGIN SOLUTION, so students get nothing of this cell, not even the line with def"
        yield _warning(_place(assignment, item.where), what, _MARK)


def _points(assignment: Assignment, cells: Sequence[LabelledCell], properties: Sequence[PropertyInfo]) -> Found:
    """Yield where course.yml, the notebook's test cells and the properties disagree on points."""
    earned: Counter[str] = Counter()
    for info in properties:
        earned[info.exercise] += info.max_points
    total = sum(earned.values())
    if total != assignment.max_points:
        what = f"course.yml says {points_text(assignment.max_points)}, the properties sum to {points_text(total)}"
        yield _error(_place(assignment, "points"), what, f"write points: {points_text(total)}, or mend the properties")
    carried = cell_points(cells)
    for exercise in [*earned, *(name for name in carried if name not in earned)]:
        yield from _exercise_points(assignment, exercise, earned.get(exercise), carried.get(exercise))
    for item in cells:
        if item.cell.is_test and item.exercise not in (None, item.cell.grade_id):
            what = f"metadata.steepest.exercise is {item.exercise!r}"
            yield _error(_place(assignment, item.where), what, "write the cell's grade_id there")


def _exercise_points(assignment: Assignment, exercise: str, earned: int | None, carried: int | None) -> Found:
    where = _place(assignment, f"exercise {exercise}")
    if carried is None:
        way_out = f"add a test cell with grade_id {exercise}, or mend exercise= in the properties"
        yield _error(where, "the notebook has no test cell for it", way_out)
    elif earned is None:
        yield _error(where, "no property carries its points", f'write properties with exercise="{exercise}"')
    elif earned != carried:
        what = f"its test cell carries {points_text(carried)} points, its properties sum to {points_text(earned)}"
        yield _error(where, what, f"give the cell {points_text(earned)} points, or mend the properties")


def _solution_scores_full(assignment: Assignment, grade: GradeBytes | None) -> Found:
    where = _place(assignment, "solution")
    if grade is None:
        yield _warning(where, "was not graded", "run this where submissions can be graded")
        return
    report = _graded(assignment, assignment.notebook.read_bytes(), grade)
    if isinstance(report, str):
        yield _error(where, f"could not be graded ({report})", "run steepest doctor")
        return
    for result in report.properties:
        if result.points < result.max_points:
            what = f"loses {result.name} ({result.verdict.value}: {result.message})"
            yield _error(where, what, "mend the solution, or the property if it asks too much")


def _template_scores_nothing(
    assignment: Assignment, grade: GradeBytes | None, make_template: MakeTemplate | None
) -> Found:
    where = _place(assignment, "template")
    if grade is None or make_template is None:
        yield _warning(where, "was not made and graded", "install steepest[nbgrader] and run this again")
        return
    try:
        template = make_template(assignment)
    except SteepestError as error:
        yield _error(where, str(error), "mend the source notebook; nothing was released")
        return
    report = _graded(assignment, template, grade)
    if isinstance(report, str):
        yield _error(where, f"could not be graded ({report})", "run steepest doctor")
        return
    for result in report.properties:
        if result.points:
            what = f"earns {points_text(result.points)} points for {result.name} before anything is written"
            yield _error(where, what, "put what earns them into a solution region, or make the property ask more")


def _graded(assignment: Assignment, notebook: bytes, grade: GradeBytes) -> GradeReport | str:
    """Return the report, or why there is none."""
    try:
        report = grade(assignment, notebook)
    except SteepestError as error:
        return str(error)
    return report if report.fault is None else report.fault


def _earlier_release(course: Course, assignment: Assignment, cells: Sequence[LabelledCell]) -> Found:
    """Yield the solutions in the release that was made of this source; an older one is not judged, only told."""
    path = course.generated / "release" / assignment.id / assignment.notebook.name
    try:
        released = read_labelled(path)
    except CourseError:
        return
    made = _written(path)
    changed = [source.name for source in (assignment.notebook, assignment.properties) if _written(source) > made]
    if changed:
        what = f"{path.parent.relative_to(course.root)} is older than {' and '.join(changed)}"
        yield _warning(_place(assignment, "release"), what, f"run steepest release {assignment.id}")
        return
    properties = assignment.properties.read_text(encoding="utf-8")
    text = "\n".join(item.cell.source for item in released)
    for problem in surviving(cells, properties, text):
        way_out = f"run steepest release {assignment.id} again"
        yield _error(_place(assignment, f"release of {problem.where}"), f"holds a solution: {problem.value}", way_out)


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _place(assignment: Assignment, part: str) -> str:
    return f"{assignment.id}: {part}"


def _error(where: str, what: str, way_out: str) -> Finding:
    return Finding(Severity.ERROR, where, what, way_out)


def _warning(where: str, what: str, way_out: str) -> Finding:
    return Finding(Severity.WARNING, where, what, way_out)
