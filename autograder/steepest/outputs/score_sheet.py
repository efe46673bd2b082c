"""The score of one notebook in a terminal: every property with its points, what to mend first, what else was seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from steepest.model import CellNote, GradeReport, PropertyResult, points_text
from steepest.outputs.cards import cards
from steepest.outputs.clean import cleaned
from steepest.outputs.plain import explanation
from steepest.outputs.terminal import STYLES
from steepest.outputs.words import by_exercise, count_words, mark, score_text, short_name
from steepest.text import one_line

_AT_THE_STUB = re.compile(r"(?:(\w+) )?raised NotImplementedError:\s+\(at `raise NotImplementedError\(\)`\)")
"""What is said of a call, or of a cell, that stopped at the line that a release has in place of a solution."""


def score_sheet(report: GradeReport) -> Group:
    """Return the table of properties and points, the explanation of each failure once, remarks, and the score.

    What is not written yet needs no explanation: it is named in one line, however many properties wait for it.
    """
    shown = cleaned(report)
    if shown.needs_human:
        return Group(Text(f"not graded: {one_line(shown.fault or '')}", style="red"))
    return Group(*_parts(shown))


def _parts(report: GradeReport) -> Iterator[RenderableType]:
    yield _table(report)
    for card in cards(result for result in report.properties if not _AT_THE_STUB.fullmatch(result.message)):
        yield Text(f"{explanation(card.first)}{_others(card.results)}\n")
    for line in (_unwritten(report.properties), _stopped(report.cells)):
        if line:
            yield Text(line, style="yellow")
    for cell in report.cells:
        if not _AT_THE_STUB.fullmatch(cell.text):
            yield Text(f"cell {cell.cell}: {one_line(cell.text, 300)}", style="yellow")
    for note in report.notes:
        yield Text(one_line(note, 400), style="yellow")
    yield Text(f"{score_text(report)} points ({count_words(report.properties)})", style="bold")


def _unwritten(results: Iterable[PropertyResult]) -> str:
    """Return which functions still stop at a stub, their own or that of a function that they call."""
    stops = Counter(found[1] for result in results if (found := _AT_THE_STUB.fullmatch(result.message)))
    named = ", ".join(f"{function} ({count} of the properties)" for function, count in stops.items())
    return f"Not written yet, or calling what is not: {named}" if named else ""


def _stopped(cells: Iterable[CellNote]) -> str:
    places = [str(cell.cell) for cell in cells if _AT_THE_STUB.fullmatch(cell.text)]
    word = "cell" if len(places) == 1 else "cells"
    return f"{word} {', '.join(places)}: stopped at what is not written yet" if places else ""


def _others(results: tuple[PropertyResult, ...]) -> str:
    names = ", ".join(short_name(result) for result in results[1:])
    return f"\nThe same holds back: {names}" if names else ""


def _table(report: GradeReport) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("", width=1)
    table.add_column("property", overflow="fold")
    table.add_column("points", justify="right")
    for exercise, results in by_exercise(report.properties).items():
        earned, most = sum(r.points for r in results), sum(r.max_points for r in results)
        table.add_row("", Text(one_line(exercise, 60), style="bold"), Text(_share(earned, most), style="bold"))
        for result in results:
            words = one_line(result.title, 120) or short_name(result)
            table.add_row(_mark(result), Text(words), Text(_share(result.points, result.max_points)))
    return table


def _mark(result: PropertyResult) -> Text:
    return Text(mark(result.verdict), style=STYLES[result.verdict])


def _share(points: int, most: int) -> str:
    return f"{points_text(points)}/{points_text(most)}"
