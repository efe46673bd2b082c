"""What `steepest grade` prints: a line for each student as it comes, two tables at the end, and what was not graded.

Everything is built from `rich.text.Text`, in which square brackets are brackets: no text of a student is ever read as
markup, and control characters are gone before it gets here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from steepest.model import GradeReport, PropertyResult, Verdict, points_text
from steepest.outputs.cards import Card, cards
from steepest.outputs.clean import cleaned
from steepest.outputs.overview import Column, columns, graded, key_of, median
from steepest.outputs.words import by_exercise, mark, score_text, short_name, word
from steepest.text import one_line

STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.ERRORED: "bold red",
    Verdict.TIMED_OUT: "yellow",
    Verdict.SKIPPED: "dim",
}
_ID_WIDTH = 14
_LINE_WIDTH = 79  # rich forgets a text's no_wrap when it prints, so the line is cut here, for any terminal


def result_line(report: GradeReport) -> Text:
    """Return one line on a student: the id, the score, and in a few words what did not pass."""
    report = cleaned(report)
    student = one_line(report.student, 40)
    line = Text(f"{student:<{_ID_WIDTH}} {score_text(report):>11}  ")
    if report.needs_human:
        return line.append("the grader failed; a person has to look", style="bold magenta")
    found = cards(report.properties)
    if not found:
        return line.append(f"{mark(Verdict.PASSED)} all {len(report.properties)} properties", style="green")
    two = line + _failures(found, 2)
    words = two if two.cell_len <= _LINE_WIDTH else line + _failures(found, 1)
    words.truncate(_LINE_WIDTH, overflow="ellipsis")
    return words


def score_table(reports: Sequence[GradeReport]) -> Group:
    """Return the end of a grading: students x properties, and below it how the class did on each property.

    The marks of a student stand in the order of the second table, which is left out when nothing was graded.
    """
    shown = [cleaned(report) for report in reports]
    properties = columns(shown)
    return Group(student_table(shown, properties), *([property_table(properties)] if properties else []), _legend())


def student_table(reports: Sequence[GradeReport], properties: Sequence[Column]) -> Table:
    """Return a row for each student: the score, and for each exercise one mark a property and the points."""
    groups = by_exercise(column.sample for column in properties)
    table = _table(show_footer=bool(graded(reports)))
    table.add_column(Text("student"), Text("median", style="dim"), overflow="fold")
    table.add_column(Text("score"), _middle(report.points for report in graded(reports)), justify="right")
    for exercise in groups:
        earned = [sum(r.points for r in report.properties if r.exercise == exercise) for report in graded(reports)]
        heading = Text(one_line(exercise, 40).replace("_", "\n"))  # one word a line: the marks need the width
        table.add_column(heading, _middle(earned))
    for report in reports:
        table.add_row(*_student_cells(report, groups))
    return table


def property_table(properties: Iterable[Column]) -> Table:
    """Return a row for each property: what it is worth, and how many of those who were asked have it."""
    table = _table()
    for heading in ("property", "points", "passed", ""):
        table.add_column(Text(heading), justify="left" if heading in ("property", "") else "right", overflow="ellipsis")
    exercise = ""
    for column in properties:
        if column.sample.exercise != exercise:
            exercise = column.sample.exercise
            table.add_row(Text(one_line(exercise, 60), style="bold"))
        table.add_row(*_property_cells(column))
    return table


def fault_lines(reports: Iterable[GradeReport]) -> list[Text]:
    """Return a line for each submission that the kit failed on, with the reason; none when all were graded."""
    return [
        Text(
            f"not graded: {one_line(report.student, 40)}: the grader failed: {one_line(report.fault or '')}",
            style="red",
        )
        for report in reports
        if report.needs_human
    ]


def _failures(found: Sequence[Card], named: int) -> Text:
    """Return the costliest failures by name, and how many properties besides did not pass."""
    text = Text("  ").join(
        Text(f"{mark(card.first.verdict)} {_reason(card)}", style=STYLES[card.first.verdict]) for card in found[:named]
    )
    left = sum(len(card.results) for card in found[named:])
    return text.append(f"  and {left} more" if left else "", style="dim")


def _reason(card: Card) -> str:
    """Return why properties did not pass: the name of a single one, the message that several share."""
    if len(card.results) == 1:
        return short_name(card.first)
    return f"{len(card.results)} x {one_line(card.first.message or word(card.first.verdict), 50)}"


def _table(*, show_footer: bool = False) -> Table:
    return Table(box=box.SIMPLE_HEAD, show_footer=show_footer, footer_style="dim", header_style="bold", pad_edge=False)


def _student_cells(report: GradeReport, groups: dict[str, list[PropertyResult]]) -> list[Text]:
    student = Text(one_line(report.student, 40))
    score = Text(score_text(report), style="bold magenta" if report.needs_human else "bold", no_wrap=True)
    results = {} if report.needs_human else {key_of(result): result for result in report.properties}
    return [student, score, *(_marks([results.get(key_of(sample)) for sample in group]) for group in groups.values())]


def _marks(results: Sequence[PropertyResult | None]) -> Text:
    """Return a mark for each property, then the points of them all."""
    text = Text()
    for result in results:
        text.append(mark(result.verdict) if result else " ", style=STYLES[result.verdict] if result else "")
    known = [result.points for result in results if result is not None]
    return text.append(f" {points_text(sum(known))}" if known else "")


def _property_cells(column: Column) -> list[Text]:
    share = column.passed / column.asked
    style = "green" if share == 1 else "yellow" if share >= 0.5 else "red"
    return [
        Text(f"  {short_name(column.sample)}", no_wrap=True, overflow="ellipsis"),
        Text(points_text(column.sample.max_points)),
        Text(f"{column.passed} of {column.asked}"),
        Text("━" * round(16 * share), style=style),
    ]


def _middle(points: Iterable[int]) -> Text:
    middle = median(points)
    return Text("" if middle is None else points_text(middle))


def _legend() -> Text:
    legend = Text()
    for verdict in Verdict:
        legend.append(mark(verdict), style=STYLES[verdict]).append(f" {word(verdict)}   ", style="dim")
    legend.rstrip()
    return legend
