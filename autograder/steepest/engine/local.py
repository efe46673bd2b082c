"""Grading a class on this machine: one judge and one zygote a job, results as they come."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from steepest._streams import guard_streams
from steepest._surroundings import safe_path
from steepest.errors import NotebookError
from steepest.grade import Paper, fault_report, grade
from steepest.model import GradeReport
from steepest.sandbox.client import Zygote
from steepest.sandbox.gpu import CPU, Device
from steepest.sandbox.libc import PR_SET_PDEATHSIG, prctl


@dataclass(frozen=True)
class Task:
    """One submission to grade: the student's id and the notebook's bytes, or why there are none."""

    student: str
    data: bytes | NotebookError


Work = tuple[Paper, Task]
"""A submission, and the paper that it is graded on."""


def grade_all(paper: Paper, tasks: Sequence[Task], jobs: int) -> Iterator[GradeReport]:
    """Yield a report for every task, in the order in which they get done; never fewer reports than tasks."""
    yield from (report for _, report in grade_each([(paper, task) for task in tasks], jobs))


def grade_each(work: Sequence[Work], jobs: int) -> Iterator[tuple[int, GradeReport]]:
    """Yield a report for every task on its own paper, with the task's place in ``work``, as they get done."""
    if jobs <= 1 or len(work) <= 1:
        with Zygote(_device_of(work)) as zygote:
            yield from ((place, grade(paper, t.student, t.data, zygote)) for place, (paper, t) in enumerate(work))
        return
    lost: list[int] = []
    yield from _round(work, range(len(work)), jobs, lost)
    doomed: list[int] = []
    for place in lost:  # one at a time: a submission that ends its judge takes no other along again
        yield from _round(work, [place], 1, doomed)
    for place in doomed:
        paper, task = work[place]
        yield place, fault_report(paper, task.student, task.data, "a judge ended twice while grading")


def _round(
    work: Sequence[Work], places: Sequence[int], jobs: int, lost: list[int]
) -> Iterator[tuple[int, GradeReport]]:
    """Yield the reports of one pool of judges; places of tasks that a dying judge took along go to ``lost``."""
    if not places:
        return
    pool = ProcessPoolExecutor(
        min(jobs, len(places)),
        mp_context=get_context("spawn"),
        initializer=_start_judge,
        initargs=(os.getpid(), _device_of(work)),
    )
    try:
        with safe_path():  # judges are started here, by `python -c`, which imports from the current folder first
            futures: dict[Future[GradeReport], int] = {pool.submit(_grade, *work[place]): place for place in places}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                lost.append(futures[future])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_zygotes: list[Zygote] = []
"""The one zygote of this judge's process."""


def _device_of(work: Sequence[Work]) -> Device:
    """Return the device of the papers; a class is graded on one."""
    return work[0][0].device if work else CPU


def _start_judge(parent: int, device: Device) -> None:
    """Make this process a judge that dies with its parent, and start its zygote."""
    guard_streams()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _zygotes.append(Zygote(device))


def _grade(paper: Paper, task: Task) -> GradeReport:
    return grade(paper, task.student, task.data, _zygotes[0])
