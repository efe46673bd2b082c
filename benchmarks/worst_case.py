"""What the most expensive submissions cost: time of the judge, memory of the judge, files that are left for later.

Each is graded as any other, under limits that make the waiting short; what counts is the ratio to the budget. The
bound is the one of docs/security.md: three times ``submission_cpu_s`` and a minute, on the wall, less the time that
workers were ready to run without running. ``python -m benchmarks.worst_case``.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from steepest import grade as grading
from steepest.course import load_course
from steepest.exam import practice_exam
from steepest.model import Limits
from steepest.plugin import all_families, collect_properties
from steepest.sandbox import scratch
from steepest.sandbox.budget import Budget
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls

LIMITS = Limits(call_cpu_s=3, submission_cpu_s=20, memory_mib=2048, scratch_mib=64)
SPARE_S = 60

HEAD = "import torch, os, time, numpy as np\ndef safe_learning_rate(M, momentum=0.9):\n    return 0.1\n"
CALL = "def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):\n    "
FOLDERS = "[os.makedirs(f'{time.time_ns()}') for _ in range(15_000)]"
SUBMISSIONS = {
    "computes without end": CALL + "while True: pass",
    "computes on two threads": "import threading\ndef spin():\n    while True: pass\n"
    "threading.Thread(target=spin, daemon=True).start()\n" + CALL + "while True: pass",
    "sleeps without end": CALL + "time.sleep(9999)",
    "sleeps within each limit": CALL + "time.sleep(2)\n    return torch.zeros_like(M), []",
    "computes within each limit": CALL + "t = time.process_time()\n    while time.process_time() - t < 2: pass\n"
    "    return torch.zeros_like(M), []",
    "ends its process": CALL + "os._exit(1)",
    "leaves folders, in each worker": FOLDERS + "\n" + CALL + "os._exit(1)",
    "writes and waits for the disk": CALL
    + "f = open('f', 'wb')\n    while True: f.write(b'x'); f.flush(); os.fsync(f)",
    "a million numbers": CALL + "return torch.zeros_like(M), np.random.rand(1_000_000)",
    "sixteen large tensors": CALL + "return tuple(torch.rand(100_000) for _ in range(16))",
    "a cell that shows much": "class A:\n    def _repr_html_(self): return 'x' * 500_000\n"
    "from IPython.display import display\nfor _ in range(8): display(A())\n" + CALL + "return M",
}


def notebook(source: str) -> bytes:
    """Return a notebook of one cell."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": HEAD + source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def measure(name: str) -> tuple[str, float, float, float, float, int, str]:
    """Return what one submission costs: seconds on the wall, computed, asleep, delayed, MiB of the judge, the end."""
    assignment = load_course(Path(__file__).parent.parent / "course.yml").assignment("inverse")
    exam = practice_exam(assignment.id, all_families(collect_properties(assignment.properties)))
    budgets: list[Budget] = []

    class Counted(Budget):
        def __init__(self, limits: Limits) -> None:
            super().__init__(limits)
            budgets.append(self)

    vars(grading)["Budget"] = Counted  # to read its meters afterwards
    paper = grading.Paper(replace(assignment, limits=LIMITS), exam, standing_walls())
    with Zygote() as zygote:
        zygote.wait_until_ready()
        before, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        report = grading.grade(paper, "mallory", notebook(SUBMISSIONS[name]), zygote)
        wall = time.monotonic() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    delayed = sum(meter.delayed_s for budget in budgets for meter in budget._meters)
    computed, idle = (sum(getattr(budget, kind) for budget in budgets) for kind in ("cpu_s", "idle_s"))
    end = report.fault or f"{report.points / 100:g} of {report.max_points / 100:g}"
    for remover in scratch._removers:
        remover.wait()
    return name, wall, computed, idle, delayed, peak // 1024, end


def main(names: Sequence[str] = tuple(SUBMISSIONS)) -> None:
    """Measure each in a process of its own, and print a table."""
    bound = 3 * LIMITS.submission_cpu_s + SPARE_S
    print(f"limits: {LIMITS.submission_cpu_s} CPU s a submission; bound: {bound} s of wall less delay")  # noqa: T201
    print(f"{'submission':32} {'wall':>7} {'CPU':>7} {'asleep':>7} {'delayed':>8} {'judge':>10}  ends with")  # noqa: T201
    for name in names:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            name, wall, cpu, idle, delayed, peak, end = pool.apply(measure, (name,))
        late = "" if wall - delayed <= bound else "  ABOVE THE BOUND"
        row = f"{name:32} {wall:6.1f}s {cpu:6.1f}s {idle:6.1f}s {delayed:7.1f}s {peak:+6d} MiB  {end[:60]}{late}"
        print(row, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
