"""What grading one more submission costs, in CPU seconds, with the student's own share told apart.

Forty trivial but correct notebooks are graded one after another by one judge with one zygote, as `steepest grade
--jobs 1` does it. Counted are the CPU seconds of the judge, of the zygote and of every worker, by the kernel's own
books; starting up (imports, the zygote) is shown apart. The student's share is what the same cells and the same
calls take in a plain process, the median of several runs; the rest is the kit's.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path

from steepest.answers import Answer, Arguments
from steepest.course import load_course
from steepest.exam import Exam, practice_exam
from steepest.grade import Paper, grade
from steepest.plugin import all_families, collect_properties, replay
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls

SUBMISSIONS = 40
PLAIN_RUNS = 5
SOLUTION = """
import torch

def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()

def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    eye = torch.eye(n, dtype=M.dtype)
    if learning_rate is None and start is None:  # Newton-Schulz: any descent is allowed here
        X = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max())
        losses = []
        for _ in range(min(steps, 40)):
            R = eye - X @ M
            losses.append((R**2).mean())
            X = X + R @ X
        return X, losses
    X = torch.zeros(n, n, dtype=M.dtype) if start is None else start.clone()
    learning_rate = safe_learning_rate(M) if learning_rate is None else learning_rate
    V, losses = torch.zeros_like(X), []
    for _ in range(steps):
        R = X @ M - eye
        losses.append((R**2).mean())
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - learning_rate * V
    return X, losses
"""


class TimedCaller:
    """A `Caller` in this process that counts the CPU seconds of the functions it asks."""

    def __init__(self, namespace: dict[str, object]) -> None:
        from steepest.sandbox.inprocess import NamespaceCaller

        self._inner = NamespaceCaller(namespace)
        self.cpu_s = 0.0

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the parameter names."""
        return self._inner.parameters(function)

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Return the answer, and count what it took."""
        begin = time.process_time()
        answer = self._inner.call(function, arguments)
        self.cpu_s += time.process_time() - begin
        return answer


def notebook(index: int) -> bytes:
    """Return a notebook that differs from the others in a comment."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": f"# submission {index}\n{SOLUTION}"}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of the children it has reaped."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def student_alone(properties: Path, exam: Exam) -> float:
    """Return the CPU seconds that the solution's own cells and calls take in a plain process, the median of 5 runs."""
    import torch

    torch.set_num_threads(1)
    seconds = []
    for _ in range(PLAIN_RUNS):
        namespace: dict[str, object] = {}
        begin = time.process_time()
        exec(SOLUTION, namespace)
        cells = time.process_time() - begin
        caller = TimedCaller(namespace)
        replay(properties, caller, exam)
        seconds.append(cells + caller.cpu_s)
    return statistics.median(seconds)


def main() -> None:
    """Measure and print."""
    course = load_course(Path(__file__).parent.parent / "course.yml")
    assignment = course.assignment("inverse")
    exam = practice_exam(assignment.id, all_families(collect_properties(assignment.properties)))
    paper = Paper(assignment, exam, standing_walls())
    with Zygote() as zygote:
        first = grade(paper, "warm-up", notebook(-1), zygote)
        assert first.points == first.max_points, first.properties
        startup = time.process_time() + cpu_s(zygote.pid)
        begin, wall = startup, time.monotonic()
        for index in range(SUBMISSIONS):
            report = grade(paper, f"student{index}", notebook(index), zygote)
            assert report.points == report.max_points
        wall = time.monotonic() - wall
        total = (time.process_time() + cpu_s(zygote.pid) - begin) / SUBMISSIONS
    student = student_alone(assignment.properties, exam)
    print(f"{SUBMISSIONS} correct submissions of {assignment.id}, graded one after another")  # noqa: T201
    print(f"  starting up, with the first submission   {startup:6.2f} CPU s, once")  # noqa: T201
    print(f"  one more submission                      {total:6.3f} CPU s   ({wall / SUBMISSIONS:.3f} s wall)")  # noqa: T201
    print(f"    of which the student's own code        {student:6.3f} CPU s")  # noqa: T201
    print(f"    of which the kit                       {total - student:6.3f} CPU s")  # noqa: T201


if __name__ == "__main__":
    main()
