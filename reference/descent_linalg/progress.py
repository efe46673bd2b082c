"""A progress bar for long runs, to hand to any ``progress`` argument."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from descent_linalg.solution import Progress


@contextmanager
def progress_bar(description: str, total: int | None = None, console: Console | None = None) -> Iterator[Progress]:
    """Yield a ``progress`` callback that moves a bar on the terminal and shows the loss.

    Args:
        description: Stands before the bar.
        total: The step budget. None shows a bar without an end.
        console: Where to draw. None means standard error, so that piped output stays clean.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("loss {task.fields[loss]:.2e}"),
    )
    with Bars(*columns, console=console or Console(stderr=True), transient=True) as bars:
        task = bars.add_task(description, total=total, loss=float("nan"))
        yield lambda step, loss: bars.update(task, completed=step + 1, loss=loss)
