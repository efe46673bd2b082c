"""What `steepest grade` says of its plan: before it grades how many and why, afterwards what was not graded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from steepest.cli import console
from steepest.model import points_text
from steepest.plan import Fate, Planned, counted
from steepest.reasons import Reason, words
from steepest.text import one_line


def plan_text(assignment: str, planned: Sequence[Planned]) -> Text:
    """Return the plan in a line: ``inverse: 3 of 9 to be graded (1 new, 2 kit); 6 up to date``."""
    parts = [f"{_count(planned, Fate.GRADE)} of {len(planned)} to be graded{_by_reason(planned, Fate.GRADE)}"]
    if kept := _count(planned, Fate.KEEP):
        parts.append(f"{kept} up to date")
    if left := _count(planned, Fate.LEAVE):
        parts.append(f"{left} left as they were published{_by_reason(planned, Fate.LEAVE)}")
    return Text(f"{assignment}: {'; '.join(parts)}")


def show_plan(planned: Sequence[Planned]) -> None:
    """Print the plan student by student, what its reasons mean, and that nothing was done."""
    shown = [each for each in planned if each.fate is not Fate.KEEP]
    if shown:
        console.print(_table(shown))
    reasons = {reason for each in shown for reason in each.reasons}
    for reason in (reason for reason in Reason if reason in reasons):
        console.print(Text(f"{reason.value}: {reason.sentence}"), soft_wrap=True)
    console.print("nothing was graded (--dry-run)", style="dim")


def _table(shown: Sequence[Planned]) -> Table:
    """Return a row a student: the score in the report, what becomes of it, why."""
    table = Table("student", "score now", "", "why", box=None)
    for each in shown:
        table.add_row(
            *map(Text, (one_line(each.submission.student, 40), _score(each), _FATES[each.fate], words(each.reasons)))
        )
    return table


def kept_lines(planned: Sequence[Planned]) -> Iterator[str]:
    """Yield what was not graded, how many that were, and how to have it graded."""
    if kept := _count(planned, Fate.KEEP):
        yield f"{kept} of {len(planned)} were up to date and not graded again (--force does)"
    if left := _count(planned, Fate.LEAVE):
        yield (
            f"{left} of {len(planned)} are out of date and were left as they were published (without --only new they "
            "are graded again)"
        )


_FATES = {Fate.GRADE: "is graded", Fate.LEAVE: "is left", Fate.KEEP: "is up to date"}


def _count(planned: Sequence[Planned], fate: Fate) -> int:
    return sum(each.fate is fate for each in planned)


def _by_reason(planned: Sequence[Planned], fate: Fate) -> str:
    """Return how many for which reasons; those of one submission are joined by ``and``, so that the sum is right."""
    found = counted(planned, fate)
    parts = (f"{count} {' and '.join(reason.value for reason in reasons)}" for reasons, count in found.items())
    return f" ({', '.join(parts)})" if found else ""


def _score(planned: Planned) -> str:
    if planned.report is None:
        return ""
    return "not graded" if planned.report.needs_human else points_text(planned.report.points)
