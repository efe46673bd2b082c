"""An instructor's notebook: nbgrader's labels on its cells, its points, and what students must never see of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from steepest._text_file import short
from steepest.errors import CourseError, NotebookError, Problem
from steepest.notebook import Cell, parse_notebook, read_submission

SCHEMA_VERSION = 3
SECRET_REGIONS = ("SOLUTION", "MARK SCHEME", "HIDDEN TESTS")
TELLING_CHARACTERS = 30
"""A secret line of this length has no business in a release, even where the source shows it to students as well."""
TRIVIAL_CHARACTERS = 12
_STUBS = ("raise NotImplementedError()", "# YOUR CODE HERE", "YOUR ANSWER HERE")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "schema_version": int,
    "grade": bool,
    "solution": bool,
    "locked": bool,
    "task": bool,
    "grade_id": str,
    "points": (int, float),
    "checksum": str,
    "cell_type": str,
}


@dataclass(frozen=True)
class LabelledCell:
    """A cell with what nbgrader's metadata say of it; ``labels`` is None for a cell that nbgrader ignores."""

    cell: Cell
    labels: Mapping[str, Any] | None
    exercise: object
    has_outputs: bool

    @property
    def where(self) -> str:
        """Return how to find the cell: its number from 1 and its label."""
        return f"cell {self.cell.index}" + (f" ({self.cell.grade_id})" if self.cell.grade_id else "")

    @property
    def has_solution_region(self) -> bool:
        """Return whether nbgrader finds a solution to clear in the cell, beside which the rest of it stays."""
        return "BEGIN SOLUTION" in self.cell.source

    def is_labelled(self, name: str) -> bool:
        """Return whether the label ``name`` is set."""
        return self.labels is not None and self.labels.get(name) is True


def read_labelled(path: Path) -> tuple[LabelledCell, ...]:
    """Return the cells of a source or release notebook.

    Raises:
        CourseError: It cannot be read as a notebook of nbformat 4.
    """
    try:
        data = read_submission(path)
        notebook = parse_notebook(data)
    except NotebookError as error:
        raise CourseError(str(path), [Problem("file", error.reason, _way_out(path))]) from error
    raw = json.loads(data).get("cells")
    if notebook.remarks or not isinstance(raw, list):
        problem = Problem("file", "; ".join(notebook.remarks) or "nbformat 3", "open it in Jupyter and save it again")
        raise CourseError(str(path), [problem])
    return tuple(_labelled(cell, item) for cell, item in zip(notebook.cells, raw, strict=True))


def _way_out(path: Path) -> str:
    """Return what mends a notebook that cannot be read, for its instructor: the error speaks to those who hand in."""
    if not path.exists():
        return "save the notebook there, or mend the path in course.yml"
    if path.is_symlink() or not path.is_file():
        return "put the .ipynb file itself there"
    return "open it in Jupyter with a Python kernel, clear its outputs and save it, or take an earlier version"


def _labelled(cell: Cell, raw: Mapping[str, Any]) -> LabelledCell:
    metadata = raw.get("metadata")
    labels, own = ((metadata.get(name) if isinstance(metadata, dict) else None) for name in ("nbgrader", "steepest"))
    exercise = own.get("exercise") if isinstance(own, dict) else None
    return LabelledCell(cell, labels if isinstance(labels, dict) else None, exercise, bool(raw.get("outputs")))


def cell_points(cells: Iterable[LabelledCell]) -> dict[str, int]:
    """Return the hundredths of a point that each test cell carries, by ``grade_id``."""
    return {
        item.cell.grade_id: _hundredths(item.labels.get("points")) or 0
        for item in cells
        if item.labels is not None and item.cell.grade_id and item.cell.is_test and item.cell.kind == "code"
    }


def metadata_problems(cells: Iterable[LabelledCell]) -> Iterator[Problem]:
    """Yield what nbgrader would refuse in the metadata (its schema, version 3), and what it would silently ignore."""
    seen: dict[str, str] = {}
    for item in cells:
        if item.labels is None:
            continue
        wrong = [*_schema_problems(item.labels), *_role_problems(item, item.labels)]
        yield from (Problem(item.where, value, way_out) for value, way_out in wrong)
        name = item.labels.get("grade_id")
        if _has_role(item.labels) and isinstance(name, str) and seen.setdefault(name, item.where) != item.where:
            yield Problem(item.where, name, f"{seen[name]} has this grade_id already; a copied cell needs its own")


def region_problems(cells: Iterable[LabelledCell]) -> Iterator[Problem]:
    """Yield each region of `SECRET_REGIONS` that nbgrader does not clear: one without an end, or in a wrong cell."""
    for item in cells:
        for region in SECRET_REGIONS:
            marks = re.findall(f"(BEGIN|END) {region}", item.cell.source)
            if marks != ["BEGIN", "END"] * (len(marks) // 2):
                found = f"{marks.count('BEGIN')} x BEGIN {region}, {marks.count('END')} x END {region}"
                yield Problem(item.where, found, f"each BEGIN {region} needs an END {region} of its own below it")
        if item.has_solution_region and not item.is_labelled("solution"):
            way_out = "choose Autograded answer for this cell in the assignment toolbar"
            yield Problem(item.where, "BEGIN SOLUTION in a cell that is no solution cell", way_out)


def cleared_whole(cells: Iterable[LabelledCell]) -> Iterator[LabelledCell]:
    """Yield the code cells of which nbgrader leaves students nothing, though they are no manually graded answer."""
    for item in cells:
        answer = item.cell.kind == "code" and item.is_labelled("solution") and not item.is_labelled("grade")
        if answer and item.cell.source.strip() and not item.has_solution_region:
            yield item


def _schema_problems(labels: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("schema_version", "grade", "solution", "locked"):
        if name not in labels:
            yield f"no {name}", "nbgrader needs this key; set the cell's type anew in the assignment toolbar"
    for name, value in labels.items():
        if name not in _TYPES:
            yield name, "nbgrader refuses keys that it does not know; own data belong beside metadata.nbgrader"
        elif not _is_kind(value, _TYPES[name]):
            yield f"{name} = {short(value)}", "wrong type for nbgrader"
    if labels.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        yield f"schema_version = {short(labels['schema_version'])}", "run nbgrader update, or write 3"


def _is_kind(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _has_role(labels: Mapping[str, Any]) -> bool:
    return any(labels.get(name) is True for name in ("grade", "solution", "locked"))


def _role_problems(item: LabelledCell, labels: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    grade_id, points = labels.get("grade_id"), labels.get("points")
    grade, solution, task = (labels.get(name) is True for name in ("grade", "solution", "task"))
    if _has_role(labels) and not (isinstance(grade_id, str) and re.fullmatch(r"[a-zA-Z0-9_-]+", grade_id)):
        yield f"grade_id = {short(grade_id)}", "give the cell an id of letters, digits, _ and -"
    if (grade or task) and _hundredths(points) is None:
        yield f"points = {short(points)}", "write how many points the cell carries, with at most two decimals"
    if task and item.cell.kind != "markdown":
        yield "task", "a task has to be a Markdown cell"
    if not task and item.cell.kind == "markdown" and grade != solution:
        yield "Markdown", "a written answer has to be marked as manually graded: grade and solution"


def _hundredths(points: object) -> int | None:
    """Return points as hundredths, None for what is no such number."""
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < 1e6:
        return None
    exact = Decimal(str(points)) * 100
    return int(exact) if exact == int(exact) else None


def split_secrets(cells: Iterable[LabelledCell]) -> tuple[dict[str, str], frozenset[str]]:
    """Return the lines that students must not see, each with its cell, and the lines that they may.

    Secret is what stands in a region of `SECRET_REGIONS`, and the whole of a solution cell without such a region,
    because nbgrader then replaces all of it.
    """
    secret: dict[str, str] = {}
    shown: set[str] = set()
    for item in cells:
        inside, outside = _split(item.cell.source)
        if item.is_labelled("solution") and not inside:
            inside, outside = outside, []
        secret |= {line: item.where for line in inside}
        shown |= set(outside)
    return secret, frozenset(shown)


def _split(source: str) -> tuple[list[str], list[str]]:
    inside: list[str] = []
    outside: list[str] = []
    current = outside
    for line in _lines(source):
        if any(f"BEGIN {region}" in line for region in SECRET_REGIONS):
            current = inside
        elif any(f"END {region}" in line for region in SECRET_REGIONS):
            current = outside
        elif line:
            current.append(line)
    return inside, outside


def without_secrets(source: str) -> str:
    """Return a source without its regions of `SECRET_REGIONS`, the lines that begin and end them included."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        inside = inside or any(f"BEGIN {region}" in line for region in SECRET_REGIONS)
        if not inside:
            kept.append(line)
        inside = inside and not any(f"END {region}" in line for region in SECRET_REGIONS)
    return "\n".join(kept)


def _lines(text: str) -> list[str]:
    """Return the lines with every run of white space made one space, since indentation hides nothing."""
    return [" ".join(line.split()) for line in text.split("\n")]


def surviving(source: Iterable[LabelledCell], shown_elsewhere: str, released: str) -> list[Problem]:
    """Return a problem for each secret of ``source`` that the text ``released`` still holds.

    A short line counts only if the source shows it to students nowhere else: ``losses = []`` gives nothing away.

    Args:
        source: The instructor's notebook.
        shown_elsewhere: Further text that students get as it is, such as the properties.
        released: Everything that students get.
    """
    secret, shown = split_secrets(source)
    allowed = shown | set(_lines(shown_elsewhere)) | set(_STUBS)
    lines = set(_lines(released))
    whole = "\n".join(_lines(released))
    markers = [f"{edge} {region}" for region in SECRET_REGIONS for edge in ("BEGIN", "END")]
    problems = [Problem("release", short(mark), "a marker was left standing") for mark in markers if mark in whole]
    for line, where in secret.items():
        telling = len(line) >= TELLING_CHARACTERS and line in whole
        if telling or (len(line) >= TRIVIAL_CHARACTERS and line in lines - allowed):
            way_out = "this line of a solution is in the release; word it differently where it stands outside"
            problems.append(Problem(where, short(line), way_out))
    return problems
