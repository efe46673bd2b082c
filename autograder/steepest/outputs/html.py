"""report.html and the overview of a class: pages of one file each, without scripts and without anything to fetch.

Every text is cleaned and then escaped by Jinja2; pictures come from `heat_map` and `line_chart`, which escape theirs.
The policy in each page's head allows nothing but the one style sheet, known by its digest.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from steepest.model import Counterexample, GradeReport, PropertyResult, Verdict, points_text
from steepest.outputs import heat_map, line_chart
from steepest.outputs.cards import Card, cards, exercises, tensors
from steepest.outputs.clean import cleaned
from steepest.outputs.code import snippet
from steepest.outputs.final import FinalScore
from steepest.outputs.grids import grids, nothing
from steepest.outputs.overview import Column, columns, graded, key_of, median
from steepest.outputs.pictures import pictures
from steepest.outputs.svg import tag
from steepest.outputs.words import (
    by_exercise,
    count_words,
    mark,
    measurement_words,
    number,
    score_text,
    short_name,
    word,
)
from steepest.text import one_line

_SAFE_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,64}")


def render_report(
    report: GradeReport, course_title: str = "", assignment_title: str = "", final: FinalScore | None = None
) -> str:
    """Return the page that one student reads: the score, what to mend and how, every property, what decided it.

    When the kit failed the page says so and shows no score and no property. With ``final`` the score is that of the
    gradebook, where a person may have had the last word.
    """
    report = cleaned(report)
    return _page(
        "fault.html.j2" if report.needs_human else "report.html.j2",
        course_title,
        assignment_title or report.assignment,
        report=report,
        cards=cards(report.properties),
        exercises=exercises(report),
        summary=_summary(report),
        final=final,
    )


def render_index(
    reports: Sequence[GradeReport],
    course_title: str = "",
    assignment_title: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """Return the page for the instructor: students x properties, scores, and a link to each ``<student>/report.html``.

    Args:
        reports: One report a student, shown in this order.
        course_title: Stands above the heading.
        assignment_title: The heading; the assignment's id by default.
        names: What to call a student, by id; the id alone by default.
    """
    shown = [cleaned(report) for report in reports]
    properties = columns(shown)
    middle = median(report.points for report in graded(shown))
    return _page(
        "index.html.j2",
        course_title,
        assignment_title or next((report.assignment for report in shown), ""),
        rows=[_row(report, properties, names or {}) for report in shown],
        columns=properties,
        groups=by_exercise(column.sample for column in properties),
        starts=_starts(properties),
        verdicts=tuple(Verdict),
        faults=[report for report in shown if report.needs_human],
        graded=len(graded(shown)),
        median="" if middle is None else points_text(middle),
        max_points=points_text(max((report.max_points for report in shown), default=0)),
    )


@dataclass(frozen=True)
class _Row:
    """A student's line in the overview; ``link`` is None when the id is no safe name of a folder."""

    student: str
    name: str
    link: str | None
    report: GradeReport
    results: tuple[PropertyResult | None, ...]


def _row(report: GradeReport, properties: Iterable[Column], names: Mapping[str, str]) -> _Row:
    results = {} if report.needs_human else {key_of(result): result for result in report.properties}
    link = f"{report.student}/report.html" if _SAFE_FOLDER.fullmatch(report.student) else None
    name = one_line(names.get(report.student, ""), 80)
    return _Row(report.student, name, link, report, tuple(results.get(column.key) for column in properties))


def _starts(properties: Iterable[Column]) -> set[int]:
    """Return the places of the columns with which an exercise begins."""
    names = [column.sample.exercise for column in properties]
    return {place for place, name in enumerate(names) if name not in names[:place]}


def _summary(report: GradeReport) -> str:
    """Return what the score is made of, in one sentence."""
    total = len(report.properties)
    if total and all(result.verdict is Verdict.PASSED for result in report.properties):
        return f"All {total} properties hold." if total > 1 else "The property holds."
    return f"Of {total} properties: {count_words(report.properties)}."


def _page(template: str, course_title: str, assignment_title: str, **context: object) -> str:
    titles = {"course_title": one_line(course_title), "assignment_title": one_line(assignment_title)}
    css = style_sheet()
    page = _environment().get_template(template)
    return page.render(css=Markup(css), policy=content_policy(css), **titles, **context)


def content_policy(css: str) -> str:
    """Return the policy of a page: nothing but this style sheet, and pictures that it carries itself."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@functools.cache
def style_sheet() -> str:
    """Return the style sheet of all pages, with the dark colours of the pictures."""
    folder = importlib.resources.files("steepest.outputs").joinpath("templates")
    dark = heat_map.dark_rules() + line_chart.dark_rules()
    return folder.joinpath("page.css").read_text("utf-8") + f"@media screen and (prefers-color-scheme:dark){{{dark}}}\n"


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
        "number": number,
        "plain": _plain_number,
        "mark": mark,
        "word": word,
        "snippet": snippet,
        "measured": measurement_words,
        "score": score_text,
        "short_name": short_name,
        "heading": _heading,
        "code": _code,
        "one_line": one_line,
        "pictures": pictures,
        "place_of": _place_of,
        "tensors": tensors,
        "nothing": nothing,
        "sentence": _sentence_case,
    }
    environment.tests["large"] = _is_large
    environment.globals |= {"bar": _bar, "grids": grids}
    return environment


def _plain_number(value: float) -> str:
    """Return points as people write them: ``3.5``, ``4``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _is_large(example: Counterexample) -> bool:
    """Return whether a tensor of the example is too wide for half a page."""
    return any(len(tensor.shape) > 2 or any(side > 5 for side in tensor.shape[-1:]) for _, tensor in tensors(example))


def _place_of(found: Sequence[Card], result: PropertyResult) -> int:
    """Return the number of the card that a property stands on, 0 when it stands on none."""
    return next((place for place, card in enumerate(found, 1) if any(result is other for other in card.results)), 0)


def _heading(result: PropertyResult) -> str:
    return result.title or short_name(result)


def _code(text: str) -> Markup:
    """Return a text, escaped, with what stands between two backticks set as code."""
    return Markup(re.sub(r"`([^`\n]{1,200})`", r"<code>\1</code>", str(escape(text))))


def _sentence_case(text: str) -> str:
    """Return a text with a capital letter first and a full stop last."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _bar(points: int, max_points: int) -> Markup:
    """Return a bar that is filled as far as the points go; decoration, since the numbers stand beside it."""
    share = max(0.0, min(1.0, points / max_points)) if max_points > 0 else 0.0
    track = tag("rect", class_="track", width="100%", height=6, rx=3, fill="#dfe2e8")
    filled = tag("rect", class_="fill", width=f"{100 * share:.1f}%", height=6, rx=3, fill="#1f7a4d")
    return tag("svg", track + filled, class_="bar", aria_hidden="true")
