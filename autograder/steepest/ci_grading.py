"""The grading within `steepest ci`: zygote, notebook, exam; imported once a first result is written."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from steepest.ci_inputs import Place, find_exam, find_notebook
from steepest.ci_order import Order, student_of
from steepest.ci_timings import Timings
from steepest.errors import GraderFault, NotebookError
from steepest.grade import Paper, grade
from steepest.model import GradeReport
from steepest.notebook import parse_notebook, read_submission
from steepest.sandbox.client import Zygote
from steepest.sandbox.gpu import Device, choose_device
from steepest.sandbox.limits import Wall

Start = Callable[[Device], AbstractContextManager[Zygote]]
start_zygote: Start = Zygote


def grade_order(
    order: Order,
    place: Place,
    secret: bytes | None,
    walls: Callable[[], tuple[Wall, ...]],
    timings: Timings,
    start: Start,
    found: Callable[[Path, bytes], None],
) -> GradeReport:
    """Return the report on the notebook of the order; ``found`` hears of it before it is graded.

    Raises:
        SteepestError: It cannot be graded, and that is not the student's doing.
    """
    device = choose_device(order.device or place.assignment.device)
    standing = walls()
    check_worker_packages()
    with start(device) as zygote:  # it imports torch while this process reads on
        paper = Paper(place.assignment, find_exam(order, place.assignment, secret), standing, device=device)
        data, notes = _notebook(order, place, found)
        waiting = time.monotonic()
        if _can_run(data):
            zygote.wait_until_ready()
        timings.import_wall_s = time.monotonic() - waiting
        report = grade(paper, student_of(order), data, zygote)
        timings.import_cpu_s = zygote.cpu_s()
        timings.student_wall_s, timings.student_cpu_s = zygote.workers_wall_s, zygote.workers_cpu_s
    return replace(report, notes=(*notes, *report.notes))


def _notebook(
    order: Order, place: Place, found: Callable[[Path, bytes], None]
) -> tuple[bytes | NotebookError, tuple[str, ...]]:
    """Return the bytes of the notebook, or why there are none, with remarks."""
    path, notes = find_notebook(order, place)
    if isinstance(path, NotebookError):
        return path, notes
    try:
        data = read_submission(path)
    except NotebookError as error:
        return error, notes
    found(path, data)
    return data, notes


def _can_run(data: bytes | NotebookError) -> bool:
    """Return whether there is a notebook to run, so that torch is waited for."""
    try:
        return isinstance(data, bytes) and bool(parse_notebook(data).cells)
    except NotebookError:
        return False


def check_worker_packages() -> None:
    """Raise GraderFault, with the way out, where what submissions need is not installed."""
    missing = [name for name in ("torch", "IPython") if importlib.util.find_spec(name) is None]
    if missing:
        raise GraderFault(
            f"{' and '.join(missing)} cannot be imported, and submissions need it. Try: pip install 'steepest[worker]'"
        )
