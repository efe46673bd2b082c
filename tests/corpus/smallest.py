"""How many wrong solutions the smallest possible matrix shows: ``python -m tests.corpus.smallest svd``.

For each wrong solution and each property that its first line names, the counterexample of the report is compared with
a search that a report has no time for: examples that are smaller, many more of them, drawn from the same strategy. A
counterexample counts if none of these fails and its numbers have at most two digits. Sizes are longest dimensions.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from rich.progress import track

from steepest.answers import Array
from steepest.confusion import CorpusFile, Kind
from steepest.corpus.first_line import read_first_line
from steepest.corpus.run import size_of
from steepest.explain import FAILURES, Recorder, explain
from steepest.plugin import Trial, collect_trials
from steepest.student import Student

from .mutants import CORPUS, ROOT, Late, LimitedCaller, in_child, namespace

DRAWN = 1000
"""How many examples are drawn for a search, of any size; a report draws 40."""
ASKED = 100
"""How many of them, smaller than the counterexample, are asked."""
DIGITS = 2


class _Enough(Exception):
    """Nothing more needs to be asked."""


@dataclass(frozen=True)
class Shown:
    """A property that fires for a wrong solution: the size of its counterexample, and of the smallest one found."""

    name: str
    rows: int
    digits: int
    smallest: int

    @property
    def well(self) -> bool:
        """Return whether nothing smaller shows the bug, and the numbers are short."""
        return self.rows <= self.smallest and self.digits <= DIGITS


def shown(trial: Trial, text: str) -> Shown | None:
    """Return how a property shows what is wrong with a program; None if it has nothing to show."""
    caller = LimitedCaller(namespace(text))
    found = explain(trial, caller)
    size = size_of(found.counterexample) if found else None
    if size is None:
        return None
    return Shown(trial.info.name, size.rows, size.digits, smallest_size(trial, Recorder(caller), size.rows))


def smallest_size(trial: Trial, recorder: Recorder, rows: int) -> int:
    """Return the smallest size below `rows` at which the property fails, else `rows`."""
    best, asked = rows, 0

    @seed(1)
    @settings(
        database=None,
        deadline=None,
        max_examples=DRAWN,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(**{name: family.strategy for name, family in trial.info.families.items()})
    def attempt(**example: Array) -> None:
        nonlocal best, asked
        if asked >= ASKED or best == 1:
            raise _Enough
        if _rows(example) >= best:
            return
        asked += 1
        if trial.attempt(Student(recorder), example).verdict in FAILURES:
            best = min(best, _rows(example))

    if trial.info.families and rows > 1:
        with contextlib.suppress(_Enough):
            attempt()
    return best


def _rows(example: Mapping[str, Array]) -> int:
    return max(max(np.shape(array), default=1) for array in example.values())


def all_shown(chaff: CorpusFile, text: str, trials: tuple[Trial, ...]) -> tuple[Shown, ...]:
    """Return how each property that a first line names shows the bug."""
    named = [trial for trial in trials if {trial.info.name, trial.info.name.partition("[")[0]} & set(chaff.fires)]
    found = []
    for trial in named:
        try:
            found.append(shown(trial, text))
        except Late:
            found.append(None)
    return tuple(each for each in found if each is not None)


def line_of(chaff: CorpusFile, found: tuple[Shown, ...]) -> str:
    """Return what stands in the way of one wrong solution, a line a property."""
    if not found:
        return f"{chaff.name}: no counterexample"
    return "\n".join(
        f"{chaff.name}: {each.name}: {each.rows} rows, {each.digits} digits; {each.smallest} rows show it"
        for each in found
        if not each.well
    )


def main() -> None:
    """Search and print the share; exit code 1 below 90 %."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.smallest", description=__doc__)
    parser.add_argument("assignment")
    parser.add_argument("--only", action="append", default=[], help="only these wrong solutions")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    trials = collect_trials(ROOT / "assignments" / wanted.assignment / f"test_{wanted.assignment}.py")
    well, lines = 0, []
    paths = sorted((CORPUS / wanted.assignment / "chaffs").glob("*.py"))
    paths = [path for path in paths if not wanted.only or path.stem in wanted.only]
    for path in track(paths, wanted.assignment, transient=True):
        chaff, text = _read(path, wanted.assignment)
        found = in_child(partial(all_shown, chaff, text, trials)) or ()
        good = bool(found) and all(each.well for each in found)
        well += good
        lines += [] if good else [line_of(chaff, found)]
    share = 100 * well / max(len(paths), 1)
    sys.stdout.write("\n".join([*lines, f"{well} of {len(paths)} ({share:.0f} %) are shown by the smallest", ""]))
    sys.exit(int(share < 90))


def _read(path: Path, assignment: str) -> tuple[CorpusFile, str]:
    text = path.read_text(encoding="utf-8")
    return read_first_line(text.partition("\n")[0], assignment, Kind.CHAFF, path.stem), text


if __name__ == "__main__":
    main()
