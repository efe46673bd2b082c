"""Does the load of the machine change a score? The sample class, graded on an idle machine and on a busy one.

``python -m benchmarks.under_load [STUDENT ...]`` grades each notebook twice on the practice exam, the second time
beside six busy processes for each CPU, and says whether the two reports are the same bytes. All of the class takes
five CPU minutes, and the second round seven times as long on the wall.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from steepest.course import load_course
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.outputs.report_json import dump_report
from steepest.plugin import all_families, collect_properties
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls

ROOT = Path(__file__).parent.parent
BUSY_PER_CPU = 6


def sample_paper() -> Paper:
    """Return what grading the sample class needs."""
    assignment = load_course(ROOT / "course.yml").assignment("inverse")
    exam = practice_exam(assignment.id, all_families(collect_properties(assignment.properties)))
    return Paper(assignment, exam, standing_walls())


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep the machine busy for a while."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def reports(notebooks: Sequence[Path], processes: int) -> dict[str, bytes]:
    """Return the report on each notebook, by student, graded beside so many busy processes."""
    paper, found = sample_paper(), {}
    with Zygote() as zygote, busy(processes):
        for notebook in notebooks:
            student, begin = notebook.parts[-3], time.monotonic()
            report = grade(paper, student, notebook.read_bytes(), zygote)
            found[student] = dump_report(report)
            took, load = time.monotonic() - begin, os.getloadavg()[0]
            print(f"  {student:14} {report.points / 100:5g} {took:6.1f} s, load {load:.1f} {report.fault or ''}")  # noqa: T201
    return found


def main(students: Sequence[str]) -> None:
    """Grade twice, and compare."""
    everyone = sorted(ROOT.glob("examples/submitted/*/inverse/*.ipynb"))
    chosen = [path for path in everyone if not students or path.parts[-3] in students]
    idle, loaded = reports(chosen, 0), reports(chosen, BUSY_PER_CPU * (os.cpu_count() or 1))
    differ = [student for student, report in idle.items() if loaded[student] != report]
    print(f"{len(idle) - len(differ)} of {len(idle)} the same bytes", *differ)  # noqa: T201
    raise SystemExit(bool(differ))


if __name__ == "__main__":
    main(sys.argv[1:])
