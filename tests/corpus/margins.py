"""How near right solutions come to each bound: ``python -m tests.corpus.margins gradients --exams 3``.

Every wheat is asked every property on the corpus exams, in this process. For each quantity that is compared with a
bound the table says the largest share of the bound that any wheat came to, and whose it is; for lower bounds, where a
larger value is better, the smallest multiple. Nothing depends on the time.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from rich.progress import track

from steepest.corpus.run import corpus_secret
from steepest.exam import draw_exam
from steepest.expect import bounds
from steepest.plugin import Trial, all_families, collect_trials, try_on
from steepest.sandbox.inprocess import NamespaceCaller
from steepest.student import Student

from .mutants import CORPUS, ROOT, namespace

Key = tuple[str, bool]
"""A quantity, and whether it has to be at least its bound."""


@dataclass
class Closest:
    """For each quantity how far the nearest wheat stays from the bound (10: at a tenth of it), and whose it is."""

    found: dict[Key, tuple[float, float, float, str]] = field(default_factory=dict)
    whose: str = ""

    def see(self, quantity: str, value: float, bound: float, *, at_least: bool) -> None:
        """Take in one comparison."""
        key = re.sub(r"\d+", "j", re.sub(r" of A\[.*?\]| \(k = \d+\)", "", quantity)), at_least
        factor = (value / bound if at_least else bound / max(value, 1e-300)) if bound else float("inf")
        self.found[key] = min(self.found.get(key, (float("inf"), 0.0, 0.0, "")), (factor, value, bound, self.whose))


@contextmanager
def watched(closest: Closest, trials: Sequence[Trial]) -> Iterator[None]:
    """Let `closest` see each comparison that a property makes, by itself or through what it expects."""

    def watching(original: Callable[..., None], *, at_least: bool) -> Callable[..., None]:
        def call(quantity: str, value: float, bound: float, **more: object) -> None:
            closest.see(quantity, float(value), float(bound), at_least=at_least)
            original(quantity, value, bound, **more)

        return call

    originals = {name: getattr(bounds, name) for name in ("expect_at_most", "expect_at_least")}
    modules = [vars(module) for name, module in sys.modules.items() if name.startswith("steepest.expect")]
    modules += [inspect.unwrap(trial.inner.func).__globals__ for trial in trials if isinstance(trial.inner, partial)]
    places = [(names, name) for names in modules for name in originals if names.get(name) is originals[name]]
    for names, name in places:
        names[name] = watching(originals[name], at_least=name == "expect_at_least")
    try:
        yield
    finally:
        for names, name in places:
            names[name] = originals[name]


def margins(assignment: str, exams: Sequence[int], wheats: Sequence[Path]) -> Closest:
    """Return the closest values of some wheats on some corpus exams."""
    trials: tuple[Trial, ...] = collect_trials(ROOT / "assignments" / assignment / f"test_{assignment}.py")
    families = all_families(trial.info for trial in trials)
    closest = Closest()
    for number in exams:
        exam = draw_exam(assignment, families, corpus_secret(number))
        for path in track(wheats, f"exam {number}", transient=True):
            closest.whose = path.stem
            student = Student(NamespaceCaller(namespace(path.read_text(encoding="utf-8"))))
            with watched(closest, trials):
                for trial in trials:
                    try_on(trial, student, exam)
    return closest


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.margins", description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--exams", type=int, default=1, help="how many of the corpus exams")
    parser.add_argument("--folder", type=Path, default=CORPUS, help="where ASSIGNMENT/wheats/*.py lie")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    wheats = sorted((wanted.folder / wanted.assignment / "wheats").glob("*.py"))
    closest = margins(wanted.assignment, range(1, wanted.exams + 1), wheats)
    lines = ["| quantity | closest | bound | apart by | wheat |", "|---|---|---|---|---|"]
    for (quantity, at_least), (factor, value, bound, whose) in sorted(closest.found.items(), key=lambda row: row[1]):
        sign = ">=" if at_least else "<="
        cells = (quantity.replace("|", "\\|"), f"{value:.2g}", f"{sign} {bound:.2g}", f"{factor:.2g}", f"`{whose}`")
        lines.append(f"| {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
