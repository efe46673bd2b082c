"""Grading one submission where platforms run: a valid result exists from the first moment to the last.

Before any student code runs, every output says *not graded yet*. Each file is replaced as a whole, so whatever ends
the runner (a crash, a timeout, a full disk) leaves either that or the score.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.ci_order import PRACTICE, Order, safe_name, student_of, take_secret
from steepest.ci_timings import Timings
from steepest.errors import SteepestError
from steepest.model import GradeReport, Provenance
from steepest.outputs.cell_lines import cell_lines
from steepest.outputs.target import Target
from steepest.outputs.writers import WRITERS
from steepest.publication import Publication, put, writable
from steepest.sandbox.limits import Wall

if TYPE_CHECKING:
    from steepest.ci_grading import Start
    from steepest.ci_inputs import Place

_log = logging.getLogger(__name__)

NOT_YET = "not graded yet: if this is all there is, the runner was ended before the grading was"
STOPPED = "the runner stopped the grading before its end (a timeout of the job, or a newer run)"
_ON_PLATFORM = {"github": "GITHUB_ACTIONS", "classroom50": "SUBMISSION_TAG"}
"""Platforms that say that they are there, by this variable."""
_ALWAYS = ("json", "html", "junit", "badge")
_NOTHING_YET = Provenance("", "", "", (), (), "", ())


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
        start: Start | None = None,
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
            place = self._opened()
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

    def _opened(self) -> Place:
        """Return the assignment, having taken in what course.yml says of outputs and titles."""
        # From here on everything is imported that grading needs: too late for what a first result must not wait for.
        from steepest.ci_inputs import open_place

        place = open_place(self._order)
        publication, course, order = self._publication, place.course, self._order
        if course is not None and not order.write and not order.local:
            more = [name for name in course.outputs if name in WRITERS and name not in publication.names]
            publication.names = (*publication.names, *more)
            if more:
                publication.show(not_graded(order, NOT_YET))
        title = course.title if course else ""
        publication.target = replace(publication.target, course_title=title, assignment_title=place.assignment.title)
        return place

    def _graded(self, place: Place, secret: bytes | None) -> GradeReport:
        from steepest.ci_grading import grade_order, start_zygote

        start = self._start or start_zygote
        return grade_order(self._order, place, secret, self._walls, self.timings, start, self._found)

    def _found(self, notebook: Path, data: bytes) -> None:
        """Tell the outputs which notebook it is, and where its cells lie."""
        publication, name = self._publication, _relative(notebook, self._order.checkout)
        publication.target = replace(publication.target, notebook=name, lines=cell_lines(data))


def not_graded(order: Order, why: str) -> GradeReport:
    """Return the report that holds no score, and says why."""
    return GradeReport(order.assignment, student_of(order), (), (), (), _NOTHING_YET, fault=why)


def _age_s() -> float:
    """Return how long this process exists: its own imports are a part of what a runner waits for."""
    ticks = int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def _publication(order: Order) -> Publication:
    folder = order.output or order.home / "generated" / "ci" / safe_name(order.assignment)
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
