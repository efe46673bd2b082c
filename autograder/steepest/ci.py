"""Grading one submission where platforms run: a valid result exists from the first moment to the last.

Before any student code runs, every output says *not graded yet*. Each file is replaced as a whole, so whatever ends
the runner (a crash, a timeout, a full disk) leaves either that or the score.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from steepest.ci_inputs import (
    PRACTICE,
    Order,
    Place,
    find_exam,
    find_notebook,
    open_place,
    safe_name,
    student_of,
    take_secret,
)
from steepest.errors import GraderFault, NotebookError, SteepestError
from steepest.grade import Paper, grade
from steepest.model import GradeReport, Provenance
from steepest.notebook import parse_notebook, read_submission
from steepest.outputs.cell_lines import cell_lines
from steepest.outputs.target import Target
from steepest.outputs.writers import WRITERS
from steepest.publication import Publication, put, writable
from steepest.sandbox.client import Zygote
from steepest.sandbox.gpu import Device, choose_device
from steepest.sandbox.limits import Wall

_log = logging.getLogger(__name__)

NOT_YET = "not graded yet: if this is all there is, the runner was ended before the grading was"
STOPPED = "the runner stopped the grading before its end (a timeout of the job, or a newer run)"
_ON_PLATFORM = {"github": "GITHUB_ACTIONS", "classroom50": "SUBMISSION_TAG"}
"""Platforms that say that they are there, by this variable."""
_ALWAYS = ("json", "html", "junit", "badge")
_NOTHING_YET = Provenance("", "", "", (), (), "", ())


@dataclass
class Timings:
    """Seconds of one grading by who spent them; for people, never for a report."""

    wall_s: float = 0.0
    import_wall_s: float = 0.0
    student_wall_s: float = 0.0
    import_cpu_s: float = 0.0
    student_cpu_s: float = 0.0
    judge_cpu_s: float = 0.0

    @property
    def kit_wall_s(self) -> float:
        """Return the seconds in which nobody waited for torch or for the submission."""
        return self.wall_s - self.import_wall_s - self.student_wall_s


@dataclass(frozen=True)
class Done:
    """How it ended: the report, lines for the runner's log, what could not be written; ``repeated``: a rate limit."""

    report: GradeReport
    log: tuple[str, ...]
    problems: tuple[str, ...]
    folder: Path
    repeated: bool = False


class Run:
    """The grading of one submission from its first file to its last."""

    def __init__(
        self,
        order: Order,
        walls: Callable[[], tuple[Wall, ...]],
        timings: Timings | None = None,
        start: Callable[[Device], AbstractContextManager[Zygote]] = Zygote,
    ) -> None:
        self._start = start
        self._order = order
        self._walls = walls
        self.timings = timings or Timings()
        self._publication = Publication((), Target(order.checkout, order.checkout))

    def finish(self) -> Done:
        """Return how it ended; every output has been written."""
        repeated, secret, trouble = False, None, None
        try:
            secret = take_secret(self._order)  # before anything else: from here on no environment holds it
        except SteepestError as error:
            trouble = error
        self._publication = _publication(self._order)
        self._publication.show(not_graded(self._order, NOT_YET))
        try:
            if trouble is not None:
                raise trouble
            place = open_place(self._order)
            self._settle(place)
            if (files := self._publication.instead()) is not None:
                report = not_graded(self._order, "the limit of submissions a day is reached; the last result stands")
                self._publication.problems += put(files)
                repeated = True
            else:
                report = self._graded(place, secret)
        except SteepestError as error:
            report = not_graded(self._order, str(error))
        except Exception as error:  # a fault of the kit's own must not leave a runner without a word
            _log.exception("the grading broke")
            report = not_graded(self._order, f"the grader broke ({type(error).__name__})")
        return self._done(report, repeated=repeated)

    def stop(self) -> None:
        """Say in every output that the runner stopped the grading."""
        self._publication.show(not_graded(self._order, STOPPED))

    def _done(self, report: GradeReport, *, repeated: bool) -> Done:
        if not repeated:
            self._publication.show(report)
        self.timings.wall_s, self.timings.judge_cpu_s = _age_s(), time.process_time()
        publication = self._publication
        problems = tuple(dict.fromkeys(publication.problems))
        return Done(report, publication.log(report), problems, publication.target.folder, repeated)

    def _settle(self, place: Place) -> None:
        """Take in what course.yml says of outputs and titles."""
        publication, course, order = self._publication, place.course, self._order
        if course is not None and not order.write and not order.local:
            more = [name for name in course.outputs if name in WRITERS and name not in publication.names]
            publication.names = (*publication.names, *more)
            if more:
                publication.show(not_graded(order, NOT_YET))
        title = course.title if course else ""
        publication.target = replace(publication.target, course_title=title, assignment_title=place.assignment.title)

    def _graded(self, place: Place, secret: bytes | None) -> GradeReport:
        device = choose_device(self._order.device or place.assignment.device)
        walls = self._walls()
        check_worker_packages()
        with self._start(device) as zygote:  # it imports torch while this process reads on
            paper = Paper(place.assignment, find_exam(self._order, place.assignment, secret), walls, device=device)
            data, notes = self._notebook(place)
            waiting = time.monotonic()
            if _can_run(data):
                zygote.wait_until_ready()
            self.timings.import_wall_s = time.monotonic() - waiting
            report = grade(paper, student_of(self._order), data, zygote)
            self.timings.import_cpu_s = zygote.cpu_s()
            self.timings.student_wall_s, self.timings.student_cpu_s = zygote.workers_wall_s, zygote.workers_cpu_s
        return replace(report, notes=(*notes, *report.notes))

    def _notebook(self, place: Place) -> tuple[bytes | NotebookError, tuple[str, ...]]:
        """Return the bytes of the notebook, or why there are none, with remarks; outputs learn where it lies."""
        found, notes = find_notebook(self._order, place)
        if isinstance(found, NotebookError):
            return found, notes
        try:
            data = read_submission(found)
        except NotebookError as error:
            return error, notes
        name, publication = _relative(found, self._order.checkout), self._publication
        publication.target = replace(publication.target, notebook=name, lines=cell_lines(data))
        return data, notes


def not_graded(order: Order, why: str) -> GradeReport:
    """Return the report that holds no score, and says why."""
    return GradeReport(order.assignment, student_of(order), (), (), (), _NOTHING_YET, fault=why)


def _age_s() -> float:
    """Return how long this process exists: its own imports are a part of what a runner waits for."""
    ticks = int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


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


def _publication(order: Order) -> Publication:
    folder = order.output or order.checkout / "generated" / "ci" / safe_name(order.assignment)
    problem = ""
    if not order.local and not writable(folder):
        parent = order.environment.get("RUNNER_TEMP") or tempfile.gettempdir()
        instead = Path(tempfile.mkdtemp(prefix="steepest-results-", dir=parent))
        problem, folder = f"{folder} cannot be written to; results are in {instead}. Try: --output FOLDER", instead
    found = [name for name, variable in _ON_PLATFORM.items() if order.environment.get(variable)]
    names = () if order.local else order.write or (*_ALWAYS, *found)
    target = Target(folder, order.checkout, order.environment, secret_exam=order.exam != PRACTICE)
    publication = Publication(names, target)
    publication.problems += [problem] if problem else []
    return publication


def _relative(path: Path, checkout: Path) -> str:
    """Return the path as the platform knows it: below the repository's root."""
    try:
        return path.resolve().relative_to(checkout.resolve()).as_posix()
    except ValueError:
        return path.name
