"""Grading a class on this machine: one judge and one zygote a job, results as they come."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from steepest.errors import NotebookError
from steepest.grade import Paper, fault_report, grade
from steepest.model import GradeReport
from steepest.sandbox.client import Zygote
from steepest.sandbox.libc import PR_SET_PDEATHSIG, prctl


@dataclass(frozen=True)
class Task:
    """One submission to grade: the student's id and the notebook's bytes, or why there are none."""

    student: str
    data: bytes | NotebookError


def grade_all(paper: Paper, tasks: Sequence[Task], jobs: int) -> Iterator[GradeReport]:
    """Yield a report for every task, in the order in which they get done; never fewer reports than tasks."""
    if jobs <= 1 or len(tasks) <= 1:
        with Zygote() as zygote:
            yield from (grade(paper, task.student, task.data, zygote) for task in tasks)
        return
    lost: list[Task] = []
    yield from _round(paper, tasks, jobs, lost)
    doomed: list[Task] = []
    for task in lost:  # one at a time: a submission that ends its judge takes no other along again
        yield from _round(paper, [task], 1, doomed)
    yield from (fault_report(paper, task.student, task.data, "a judge ended twice while grading") for task in doomed)


def _round(paper: Paper, tasks: Sequence[Task], jobs: int, lost: list[Task]) -> Iterator[GradeReport]:
    """Yield the reports of one pool of judges; tasks that a dying judge took along are appended to ``lost``."""
    if not tasks:
        return
    pool = ProcessPoolExecutor(
        min(jobs, len(tasks)), mp_context=get_context("spawn"), initializer=_start_judge, initargs=(os.getpid(),)
    )
    try:
        futures: dict[Future[GradeReport], Task] = {pool.submit(_grade, paper, task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                lost.append(futures[future])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_zygotes: list[Zygote] = []
"""The one zygote of this judge's process."""


def _start_judge(parent: int) -> None:
    """Make this process a judge that dies with its parent, and start its zygote."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _zygotes.append(Zygote())


def _grade(paper: Paper, task: Task) -> GradeReport:
    return grade(paper, task.student, task.data, _zygotes[0])
