"""How many mutants of right solutions lose a point: ``python -m tests.corpus.mutants inverse --count 60 --seed 0``.

A mutant that a direct oracle cannot tell from a right solution is one, and does not count. Each of the others, which
break a promise of the hand-out, should lose at least one point on the first corpus exam. Also lists mutants that lose
points although the oracle is content: there the properties ask for more than the hand-out promises, or the oracle
for less. Everything runs in children of this process, with a limit of CPU time for each call and each mutant.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import random
import resource
import signal
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import numpy as np
import torch

from steepest.answers import Answer, Arguments
from steepest.confusion import Kind
from steepest.corpus.files import find_sources, path_of
from steepest.corpus.run import corpus_secret
from steepest.exam import Exam, draw_exam
from steepest.model import Verdict
from steepest.plugin import Trial, all_families, collect_trials, try_on
from steepest.sandbox.inprocess import NamespaceCaller
from steepest.student import Student

from .mutations import Program
from .oracles import ORACLES, Namespace

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent
CALL_CPU_S = 6.0
"""A call that takes longer breaks the promise of the hand-out, which allows 20 s on a slow machine."""
CHILD_CPU_S = 150
ROUNDS = {"gradients": 200, "indicator": 200, "inverse": 32, "pinverse": 40, "svd": 40}
"""How many rounds of questions the oracle asks a mutant of each assignment; a round is one to four calls."""


@dataclass(frozen=True)
class Judged:
    """What became of a mutant: the promise it breaks, the properties it loses, or why neither is known."""

    wheat: str
    change: str
    violation: str = ""
    lost: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def kind(self) -> str:
        """Return the class of the mutant."""
        if self.unknown:
            return "unknown"
        if self.violation:
            return "caught" if self.lost else "survived"
        return "strict" if self.lost else "equivalent"


@dataclass(frozen=True)
class Judges:
    """What mutants of an assignment are judged by: the oracle, and its properties on the first corpus exam."""

    assignment: str
    trials: tuple[Trial, ...]
    exam: Exam

    def violation(self, functions: Namespace) -> str:
        """Return the promise that a solution breaks, empty if the oracle finds none."""
        torch.manual_seed(0)
        timed = {name: _limited(value) if callable(value) else value for name, value in functions.items()}
        try:
            ORACLES[self.assignment](timed, np.random.default_rng(0), ROUNDS[self.assignment])
        except (Exception, Late) as error:
            return f"{type(error).__name__}: {error}"[:200]
        return ""

    def lost(self, functions: Namespace, *, stop_at_first: bool = False) -> tuple[str, ...]:
        """Return the properties that a solution loses, in their order; only the first if that is all one wants."""
        student = Student(LimitedCaller(functions))
        found: list[str] = []
        for trial in self.trials:
            if any(outcome.verdict is not Verdict.PASSED for _, outcome in try_on(trial, student, self.exam).outcomes):
                found.append(trial.info.name)
                if stop_at_first:
                    break
        return tuple(found)


def judges(assignment: str) -> Judges:
    """Return the judges of an assignment."""
    trials = collect_trials(ROOT / "assignments" / assignment / f"test_{assignment}.py")
    exam = draw_exam(assignment, all_families(trial.info for trial in trials), corpus_secret(1))
    return Judges(assignment, trials, exam)


def namespace(text: str, name: str = "solution") -> dict[str, Any]:
    """Return what a program defines; what it prints goes nowhere."""
    module = types.ModuleType(name)
    sys.modules[name] = module  # a dataclass looks its module up
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, name, "exec"), module.__dict__)
    return module.__dict__


class Late(BaseException):
    """A call has used up its CPU time."""


def _limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with a limit of CPU time for each call, where Python code gets a word in."""

    def call(*positional: Any, **named: Any) -> Any:  # noqa: ANN401
        signal.setitimer(signal.ITIMER_VIRTUAL, CALL_CPU_S)
        try:
            return function(*positional, **named)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    return call


def _raise_late(signum: int, frame: FrameType | None) -> None:
    raise Late("a call took too long")


class LimitedCaller(NamespaceCaller):
    """Asks functions of this process with the same limit."""

    def call(self, function: str, arguments: Arguments) -> Answer:
        answer: Answer = _limited(super().call)(function, arguments)
        return answer


def in_child(work: Callable[[], T]) -> T | None:
    """Return what `work` returns in a child of this process; None if the child ended, or took too long."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_tell, args=(work, theirs))
    child.start()
    theirs.close()
    told: T | None = None
    with contextlib.suppress(EOFError):
        told = ours.recv() if ours.poll(4 * CHILD_CPU_S) else None
    child.kill()
    child.join()
    return told


def _tell(work: Callable[[], object], pipe: Connection) -> None:
    signal.signal(signal.SIGVTALRM, _raise_late)
    resource.setrlimit(resource.RLIMIT_CPU, (CHILD_CPU_S, CHILD_CPU_S))
    with contextlib.redirect_stdout(io.StringIO()):  # some solutions print in every step
        told = work()
    pipe.send(told)


def judge(judging: Judges, wheat: str, text: str, change: str) -> Judged:
    """Return what becomes of one mutant, judged in a child of this process."""
    told = in_child(lambda: _judged(judging, text))
    return Judged(wheat, change, *told) if told else Judged(wheat, change, unknown="its process ended or took too long")


def _judged(judging: Judges, text: str) -> tuple[str, tuple[str, ...]]:
    try:
        functions = namespace(text)
    except (Exception, Late) as error:
        return f"{type(error).__name__}: {error}", ("all: the cell raised",)
    violation = judging.violation(functions)
    try:
        return violation, judging.lost(namespace(text), stop_at_first=bool(violation))
    except Late:
        return violation, ("a call that took too long",)


def chosen(wheats: Mapping[str, str], count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield mutants (wheat, program, change), about as many of each wheat, at random but the same for a seed."""
    generator = random.Random(seed)
    programs = {name: Program(text) for name, text in wheats.items()}
    pools = {name: generator.sample(range(len(program)), len(program)) for name, program in programs.items()}
    seen: set[str] = set()
    while len(seen) < count and any(pools.values()):
        for name in [name for name, pool in pools.items() if pool]:
            mutant = programs[name].mutant(pools[name].pop())
            if mutant is None or mutant.text in seen:
                continue
            seen.add(mutant.text)
            yield name, mutant.text, mutant.change
            if len(seen) == count:
                return


def wheats_of(assignment: str, only: Sequence[str] = ()) -> dict[str, str]:
    """Return the programs of an assignment's wheats by name, less those that lack a parameter: oracles ask for all."""
    files = [source.file for source in find_sources(CORPUS, [assignment])]
    whole = [file for file in files if file.kind is Kind.WHEAT and not file.lacks]
    wanted = [file for file in whole if not only or file.name in only]
    return {file.name: (CORPUS / f"{path_of(file)}.py").read_text("utf-8") for file in wanted}


def report(found: Sequence[Judged]) -> str:
    """Return the share of mutants caught, and every mutant that needs a look, as text."""
    kinds = Counter(each.kind for each in found)
    broken = kinds["caught"] + kinds["survived"]
    share = f"{100 * kinds['caught'] / broken:.1f} %" if broken else "none to catch"
    lines = [
        f"{len(found)} mutants: {kinds['equivalent'] + kinds['strict']} are right solutions for the oracle, "
        f"{broken} break a promise, {kinds['unknown']} unknown",
        f"caught: {kinds['caught']} of {broken} ({share})",
    ]
    for kind in ("survived", "strict", "unknown"):
        for each in (each for each in found if each.kind == kind):
            reason = each.violation or ", ".join(each.lost) or each.unknown
            lines.append(f"{kind:9} {each.wheat}, {each.change}: {reason}")
    return "\n".join(lines)


def main() -> None:
    """Judge mutants and print the report; exit code 1 if fewer than 95 % were caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignment", choices=sorted(ORACLES))
    parser.add_argument("--count", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="which")
    parser.add_argument("--only", action="append", default=[], help="only mutants of these wheats")
    options = parser.parse_args()
    torch.set_num_threads(1)
    judging, found = judges(options.assignment), []
    for name, text, change in chosen(wheats_of(options.assignment, options.only), options.count, options.seed):
        found.append(judge(judging, name, text, change))
        print(f"{len(found):4} {found[-1].kind:10} {name}, {change}", file=sys.stderr, flush=True)  # noqa: T201
    print(report(found))  # noqa: T201  # the report is what the script is for
    kinds = Counter(each.kind for each in found)
    sys.exit(int(kinds["survived"] > 0.05 * (kinds["survived"] + kinds["caught"])))


if __name__ == "__main__":
    main()
