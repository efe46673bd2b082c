"""What one more submission costs `nbgrader autograde`: with the kit's preprocessors, and with stock nbgrader.

Two courses are made in a temporary folder and released by nbgrader. Both have the assignment `inverse`, the same right
solution, the same points and the same exam. In one the kit grades in its sandbox; in the other the test cells hold
checks of the same matrices, with the same bounds, which stock nbgrader runs in the student's kernel, importing torch
and numpy only (`benchmarks/stock_checks.py`). Each run starts from a fresh copy: no earlier grade, no kept report.

Counted is user and system time of the whole process tree, by the kernel's books (RUSAGE_CHILDREN). The cost of one
more submission is (the run with N minus the run with 1) / (N - 1); starting up cancels out.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import stock_checks
from benchmarks.grading import SOLUTION, student_alone
from steepest.course import load_course
from steepest.exam import load_exam
from steepest.grade_class import exam_path

ROOT = Path(__file__).parent.parent
POINTS = {"safe_learning_rate": 4, "calculate_inverse": 24, "convergence": 8}
BIN = Path(sys.executable).parent
COURSE = """
title: What nbgrader costs
timezone: Europe/Berlin
engine: {kind: local, jobs: 1}
assignments:
  - id: inverse
    title: The inverse by descent
    notebook: assignments/inverse/inverse.ipynb
    properties: assignments/inverse/test_inverse.py
    functions: [safe_learning_rate, calculate_inverse]
    points: 36
    due: 2027-02-01T23:59
    late: {policy: none}
"""
STOCK_CONFIG = (
    'c = get_config()\nc.CourseDirectory.course_id = "stock"\nc.CourseDirectory.source_directory = "source"\n'
)
WITHOUT_TRICK = """
import contextlib, runpy, sys
import steepest._nbgrader
steepest._nbgrader.quick_imports = contextlib.nullcontext
sys.argv[0] = "steepest"
runpy.run_module("steepest", run_name="__main__", alter_sys=True)
"""
"""`steepest` as it would be if nbgrader were imported as it comes."""

IMPORT = "from steepest._nbgrader import quick_imports\nimport contextlib\nwith {}():\n    import nbgrader.api"


@dataclass(frozen=True)
class Kind:
    """A course that is measured: where it keeps what students hand in and its database."""

    root: Path
    generated: str

    @property
    def work(self) -> Path:
        """Where nbgrader's folders lie."""
        return self.root / self.generated

    def hand_in(self, submissions: int) -> None:
        """Write the released notebook with the solution in it, once a student."""
        notebook = json.loads((self.work / "release" / "inverse" / "inverse.ipynb").read_text())
        (cell,) = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]
        for number in range(submissions):
            cell["source"] = f"# submission {number}\n{SOLUTION}"
            folder = self.work / "submitted" / f"student{number:03}" / "inverse"
            folder.mkdir(parents=True)
            (folder / "inverse.ipynb").write_text(json.dumps(notebook))
            (folder / "timestamp.txt").write_text("2027-01-20 12:00:00 UTC")

    def scores(self) -> tuple[int, float]:
        """Return how many grades the gradebook holds, and their sum."""
        with sqlite3.connect(self.root / self.generated / "gradebook.db") as connection:
            count, total = connection.execute("SELECT COUNT(auto_score), TOTAL(auto_score) FROM grade").fetchone()
        return int(count), float(total)


def cell(kind: str, source: str, **labels: object) -> dict[str, Any]:
    """Return a cell; with labels, one that nbgrader knows."""
    known: Mapping[str, Any] = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    made: dict[str, Any] = {"cell_type": kind, "source": source, "metadata": {}}
    if labels:
        made["metadata"] = {"nbgrader": {**known, **labels}}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(checks: Mapping[str, str], *helpers: str) -> str:
    """Return the source notebook: imports, the solution, what the checks need, and a test cell an exercise."""
    cells = [cell("markdown", "# The inverse by descent"), cell("code", "import torch")]
    cells.append(cell("code", SOLUTION, solution=True, grade_id="solution"))
    cells += [cell("code", text, locked=True, grade_id=f"helper{place}") for place, text in enumerate(helpers)]
    for name, points in POINTS.items():
        cells.append(cell("code", checks[name], grade=True, locked=True, points=points, grade_id=name))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4})


def kit_course(root: Path) -> Kind:
    """Return the course that the kit grades, released, with its exam drawn."""
    folder = root / "assignments" / "inverse"
    folder.mkdir(parents=True)
    (root / "course.yml").write_text(COURSE)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copy(ROOT / "assignments" / "inverse" / "test_inverse.py", folder)
    checks = {name: f'from steepest import check\ncheck(calculate_inverse, exercise="{name}")' for name in POINTS}
    (folder / "inverse.ipynb").write_text(notebook(checks))
    run(root, "steepest", "exam", "draw", "inverse")
    run(root, "nbgrader", "generate_assignment", "inverse")
    return Kind(root, "generated")


def stock_course(root: Path, kit: Kind) -> Kind:
    """Return the course that stock nbgrader grades, with the kit's exam written into a locked cell."""
    folder = root / "source" / "inverse"
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(STOCK_CONFIG)
    course = load_course(kit.root / "course.yml")
    exam = load_exam("inverse", exam_path(course, course.assignment("inverse")))
    matrices = {family: [(M.dtype.name, M.tolist()) for M in drawn] for family, drawn in exam.matrices.items()}
    constants = f"exam = {matrices!r}\nexam = {{f: [np.array(M, dtype=d) for d, M in of] for f, of in exam.items()}}"
    asks = {name: "safe_learning_rate" if name == "safe_learning_rate" else "calculate_inverse" for name in POINTS}
    checks = {name: f"check_{name}({function}, exam)" for name, function in asks.items()}
    (folder / "inverse.ipynb").write_text(notebook(checks, inspect.getsource(stock_checks), constants))
    run(root, "nbgrader", "generate_assignment", "inverse")
    return Kind(root, ".")


def run(root: Path, program: str, *arguments: str) -> float:
    """Return the CPU seconds, user and system, of a command and of all processes that it started."""
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(root), "LC_ALL": "C.UTF-8"}
    environment |= {"OMP_NUM_THREADS": "1", "STEEPEST_SECRET": "a secret of the benchmark"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([BIN / program, *arguments], cwd=root, env=environment, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{program} {' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def fresh(kind: Kind, submissions: int, measure: Callable[[Kind], float]) -> float:
    """Return what ``measure`` says of a fresh copy of a course with so many submissions, all rightly graded by it."""
    with tempfile.TemporaryDirectory(prefix="steepest-bench-") as folder:
        copy = Kind(Path(folder) / "course", kind.generated)
        shutil.copytree(kind.root, copy.root)
        copy.hand_in(submissions)
        seconds = measure(copy)
        if copy.scores() != (3 * submissions, 36.0 * submissions):
            raise SystemExit(f"{kind.root.name}: {copy.scores()} of {submissions} submissions, not all of their points")
    return seconds


def autograde(kind: Kind) -> float:
    """Return the CPU seconds of nbgrader's autograde."""
    return run(kind.root, "nbgrader", "autograde", "inverse", "--force")


def pair(kind: Kind, submissions: int) -> tuple[float, float]:
    """Return the CPU seconds of a run with 1 submission and of one with N."""
    return fresh(kind, 1, autograde), fresh(kind, submissions, autograde)


def grade_command(kind: Kind, *start: str) -> float:
    """Return the CPU seconds of `steepest grade` with all that is written into the gradebook."""
    arguments = ("grade", "inverse", "generated/submitted", "--anyone", "--jobs", "1", "--gradebook")
    return run(kind.root, *(start or ("steepest",)), *arguments)


def starting(kit: Kind, repeats: int) -> dict[str, float]:
    """Return the median CPU seconds of what the kit starts with, with and without its quick import of nbgrader."""
    measures: dict[str, Callable[[], float]] = {
        "import nbgrader.api, as the kit does it": lambda: run(
            kit.root, "python", "-c", IMPORT.format("quick_imports")
        ),
        "import nbgrader.api, as it comes": lambda: run(
            kit.root, "python", "-c", IMPORT.format("contextlib.nullcontext")
        ),
        "steepest grade, 1 submission": lambda: fresh(kit, 1, grade_command),
        "steepest grade, 1 submission, nbgrader as it comes": lambda: fresh(
            kit, 1, lambda copy: grade_command(copy, "python", "-c", WITHOUT_TRICK)
        ),
    }
    return {name: statistics.median(measure() for _ in range(repeats)) for name, measure in measures.items()}


def show(text: str) -> None:
    """Write a line at once: a run takes minutes."""
    print(text, flush=True)  # noqa: T201


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nbgrader_stock", description=__doc__)
    parser.add_argument("--submissions", type=int, default=40, help="N, by default 40")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each kind; medians are told (default 3)")
    parser.add_argument("--starts", type=int, default=5, help="runs of each start-up; medians are told (default 5)")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="steepest-bench-") as folder:
        kit = kit_course(Path(folder) / "kit")
        stock = stock_course(Path(folder) / "stock", kit)
        show_autograde(kit, stock, wanted.submissions, wanted.repeats)
        if wanted.starts:
            show(f"starting up, CPU seconds, medians of {wanted.starts}")
            for name, seconds in starting(kit, wanted.starts).items():
                show(f"  {name:52} {seconds:6.2f}")


def show_autograde(kit: Kind, stock: Kind, submissions: int, repeats: int) -> None:
    """Measure nbgrader's autograde on both courses in turn, so that both see the same machine, and print."""
    rounds = [(pair(kit, submissions), pair(stock, submissions)) for _ in range(repeats)]
    show(f"nbgrader autograde, CPU seconds, medians of {repeats}   1 submission   {submissions}   one more")
    medians = []
    for name, pairs in zip(("the kit", "stock nbgrader"), zip(*rounds, strict=True), strict=True):
        more = [(many - one) / (submissions - 1) for one, many in pairs]
        one, many = (statistics.median(column) for column in zip(*pairs, strict=True))
        medians.append(statistics.median(more))
        show(f"  {name:16} {one:7.2f} {many:7.2f} {medians[-1]:7.3f} ({min(more):.3f} to {max(more):.3f})")
    course = load_course(kit.root / "course.yml")
    assignment = course.assignment("inverse")
    alone = student_alone(assignment.properties, load_exam("inverse", exam_path(course, assignment)))
    show(f"  the student's own code, which is in both: {alone:.3f}")
    show(f"  stock nbgrader / the kit: {medians[1] / medians[0]:.1f}")


if __name__ == "__main__":
    main()
