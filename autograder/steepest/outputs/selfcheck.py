"""What `check` shows a student: one line a property, and the smallest failure, which is the one to mend first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from steepest.model import PropertyResult, Verdict
from steepest.outputs.cards import cards, tensors
from steepest.outputs.clean import cleaned
from steepest.outputs.pictures import pictures
from steepest.outputs.plain import explanation
from steepest.outputs.terminal import STYLES
from steepest.outputs.words import count_words, mark, short_name
from steepest.text import one_line


def show(results: Sequence[PropertyResult], console: Console | None = None) -> None:
    """Print a line for each property, how many hold, and what to mend first."""
    console = console or Console()
    shown = cleaned(tuple(results))
    for result in shown:
        console.print(_line(result))
    console.print(Text(_summary(shown), style="bold"))
    first = first_to_mend(shown)
    if first is not None:
        console.print(Text("\nMend this first:", style="bold"))
        console.print(Text(explanation(first)))


def first_to_mend(results: Sequence[PropertyResult]) -> PropertyResult | None:
    """Return the failure with the smallest counterexample; None if everything holds."""
    return min((card.first for card in cards(cleaned(tuple(results)))), key=_size, default=None)


def picture(results: Sequence[PropertyResult]) -> tuple[str, str] | None:
    """Return the picture of what to mend first, as SVG, and its caption; None where there is none."""
    first = first_to_mend(results)
    found = pictures(first.counterexample) if first is not None and first.counterexample is not None else []
    return (str(found[0][1]), found[0][0]) if found else None


def _line(result: PropertyResult) -> Text:
    title = one_line(result.title, 90) or short_name(result)
    flag = "  (not deterministic)" if result.nondeterministic else ""
    return Text(f"{mark(result.verdict)} ", style=STYLES[result.verdict]).append(title + flag, style="default")


def _summary(results: Sequence[PropertyResult]) -> str:
    if results and all(result.verdict is Verdict.PASSED for result in results):
        return f"All {len(results)} properties hold on the practice matrices."
    return f"Practice matrices: {count_words(results) or 'no property was tried'}."


def _size(result: PropertyResult) -> int:
    """Return how much a student has to look at: the entries of the counterexample; those without one come last."""
    if result.counterexample is None:
        return 1 << 30
    return sum(len(tensor.entries) for _, tensor in tensors(result.counterexample))
