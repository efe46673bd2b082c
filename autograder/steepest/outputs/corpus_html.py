"""confusion.html: the confusion matrix of a corpus as one page of one file, without scripts, sorted by style alone.

Rows are grid items, and three radio buttons change their ``order`` through variables of the style sheet, which is the
only thing that the page's policy lets in.
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from steepest.confusion import (
    Confusion,
    Example,
    Firing,
    Kind,
    Mark,
    Regression,
    Row,
    firings,
    regressions,
    smallest_examples,
)
from steepest.model import points_text
from steepest.outputs.corpus_json import figures
from steepest.outputs.corpus_terminal import regression_text
from steepest.outputs.html import content_policy, style_sheet
from steepest.text import clean, one_line

ORDERS = {"name": "name", "fired": "how many properties fired", "named": "the property that has to fire"}
"""How the chaffs can be sorted: the key of each order, and what to call it."""


@dataclass(frozen=True)
class _Cell:
    """What one property did for one file over all exams; ``kind`` is its class in the style sheet."""

    kind: str
    text: str
    title: str


@dataclass(frozen=True)
class _Line:
    """One file in the matrix; ``place`` is its number on the page."""

    place: int
    row: Row
    fired: int
    caught: bool
    example: Example | None
    cells: tuple[_Cell, ...]


@dataclass(frozen=True)
class _Section:
    """One assignment on the page."""

    confusion: Confusion
    figures: dict[str, int]
    firings: tuple[Firing, ...]
    regressions: tuple[Regression, ...]
    lines: tuple[_Line, ...]


def render_confusions(confusions: Sequence[Confusion], course_title: str = "") -> str:
    """Return the page on the corpora of some assignments: figures, regressions, properties, and every chaff."""
    sections: list[_Section] = []
    for confusion in confusions:
        sections.append(_section(confusion, first=sum(len(each.lines) for each in sections)))
    css = style_sheet() + _matrix_style() + "".join(_generated_style(section) for section in sections)
    return (
        _environment()
        .get_template("confusion.html.j2")
        .render(
            css=Markup(css),
            policy=content_policy(css),
            course_title=one_line(course_title),
            assignment_title="Right and wrong solutions",
            sections=sections,
            orders=ORDERS,
            wheat=Kind.WHEAT,
        )
    )


def _section(confusion: Confusion, first: int) -> _Section:
    found = regressions(confusion)
    wrong = {each.file.name for each in found if each.file.kind is Kind.CHAFF}
    examples = smallest_examples(confusion)
    lines = tuple(
        _line(confusion, row, first + place, caught=row.file.name not in wrong, example=examples.get(row.file.name))
        for place, row in enumerate(confusion.of(Kind.CHAFF))
    )
    return _Section(confusion, figures(confusion), firings(confusion), found, lines)


def _line(confusion: Confusion, row: Row, place: int, *, caught: bool, example: Example | None) -> _Line:
    named = frozenset().union(*confusion.named(row.file))
    cells = tuple(_cell(name, row, column, named=name in named) for column, name in enumerate(confusion.names))
    fired = frozenset().union(*(confusion.fired(run) for run in row.runs))
    return _Line(place, row, len(fired), caught, example, cells)


def _cell(name: str, row: Row, column: int, *, named: bool) -> _Cell:
    marks = [run.marks[column] for run in row.runs if run.marks]
    fired, uncounted = sum(mark.fired for mark in marks), marks.count(Mark.UNCOUNTED)
    words = f"{name}: fired in {fired} of {len(marks)} exams" + (", has to fire" if named else "")
    if fired:
        kind = "named" if named and fired == len(marks) else "missed" if named else "also"
        return _Cell(kind, "✗" if fired == len(marks) else str(fired), words)
    if named:
        return _Cell("missed", "0", words)
    return (
        _Cell("uncounted", "–", f"{name}: not counted, since what it needs did not pass")
        if uncounted
        else _Cell("", "", words)
    )


def _generated_style(section: _Section) -> str:
    """Return the widths of a section's matrix, and the place of each row in each order."""
    columns = f"minmax(16rem, 26rem) 3.4rem 4.6rem repeat({len(section.confusion.properties)}, 1.55rem)"
    name = section.confusion.assignment
    rules = [f".matrix-{name} tr{{grid-template-columns:{columns}}}"]
    keys = {
        "name": lambda line: line.row.file.name,
        "fired": lambda line: (line.fired, line.row.file.name),
        "named": lambda line: (_first_named(section.confusion, line), line.row.file.name),
    }
    places: dict[int, list[str]] = {line.place: [] for line in section.lines}
    for order, key in keys.items():
        for place, line in enumerate(sorted(section.lines, key=key)):
            places[line.place].append(f"--{order}:{place}")
    rules += [f".row-{place}{{{';'.join(values)}}}" for place, values in places.items()]
    return "\n".join(rules) + "\n"


def _first_named(confusion: Confusion, line: _Line) -> int:
    named = frozenset().union(*confusion.named(line.row.file))
    return min((place for place, name in enumerate(confusion.names) if name in named), default=-1)


@functools.cache
def _matrix_style() -> str:
    folder = importlib.resources.files("steepest.outputs").joinpath("templates")
    return folder.joinpath("confusion.css").read_text("utf-8")


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("steepest.outputs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": points_text,
        "said": regression_text,
        "short": lambda name: one_line(name.removeprefix("test_").replace("_", " "), 60),
        "plain": lambda text: clean(text, 400),
    }
    return environment
