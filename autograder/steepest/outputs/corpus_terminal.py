"""What `steepest corpus` prints: the figures of each assignment, properties that never fire alone, regressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from steepest.confusion import Confusion, Cost, Kind, Regression, firings, regressions
from steepest.outputs.corpus_json import figures
from steepest.text import one_line

SHOWN_EXAMS = 8


def summary_table(confusions: Sequence[Confusion]) -> Table:
    """Return a row for each assignment: how many right solutions kept everything, how many wrong ones were caught."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("assignment")
    for heading in ("exams", "wheat runs", "that lost", "chaffs", "caught as named", "kept all points"):
        table.add_column(heading, justify="right")
    for confusion in confusions:
        sums = figures(confusion)
        names = ("wheat_runs", "wheat_runs_that_lost", "chaffs", "chaffs_caught_as_named_in_every_exam")
        kept = sums["chaffs_that_kept_every_point_in_some_exam"]
        cells = (len(confusion.exams), *(sums[name] for name in names), kept)
        table.add_row(Text(confusion.assignment), *map(str, cells))
    return table


def cost_table(assignment: str, wheats: int, costs: Mapping[str, Cost]) -> Table:
    """Return a row for each property with its mean cost in CPU seconds; the last, of no name, is a whole grading."""
    title = f"{assignment}: mean CPU seconds of {wheats} right solutions"
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, title=title, title_justify="left")
    table.add_column("property", overflow="fold")
    for heading in ("calls", "all that it asks", "what only it asks", "judge"):
        table.add_column(heading, justify="right")
    for name, cost in costs.items():
        numbers = (f"{cost.asked_s:.2f}", f"{cost.own_s:.2f}", f"{cost.judge_s:.3f}")
        table.add_row(Text(name or "one whole grading"), f"{cost.calls:.0f}", *numbers)
    return table


def property_lines(confusions: Sequence[Confusion]) -> Iterator[Text]:
    """Yield what the chaffs of each assignment say of its properties: which never fired, how many never alone."""
    for confusion in confusions:
        found = firings(confusion) if confusion.of(Kind.CHAFF) else ()
        silent = [firing.info.name for firing in found if not firing.fired_for]
        together = sum(bool(firing.fired_for) and not firing.alone_for for firing in found)
        if silent:
            yield Text(f"{confusion.assignment}: no chaff makes them fire: {', '.join(silent)}", style="yellow")
        if together:
            words = f"{together} of {len(found)} properties never fire alone; the page says with which others"
            yield Text(f"{confusion.assignment}: {words}", style="dim")


def regression_lines(confusions: Sequence[Confusion]) -> Iterator[Text]:
    """Yield a line for each thing that must not be."""
    for confusion in confusions:
        for found in regressions(confusion):
            yield Text(f"{confusion.assignment}: {regression_text(found)}", style="red")


def regression_text(found: Regression) -> str:
    """Return a regression in one line: ``chaff momentum_ignored: test_losses did not fire (exams 3, 7)``."""
    shown = ", ".join(map(str, found.exams[:SHOWN_EXAMS])) + (", ..." if len(found.exams) > SHOWN_EXAMS else "")
    where = f" (exam{'s'[: len(found.exams) != 1]} {shown})" if found.exams else ""
    return f"{found.file.kind.value} {found.file.name}: {one_line(found.text, 300)}{where}"
