"""What each property costs: CPU seconds of the student's calls that it asks, and of the judge.

Right solutions sit the first corpus exam in the sandbox, property by property. A call that several properties share
is run once, so three numbers tell what one property costs: all that it asks, what nobody else asks (the saving if it
went), and the judge's part.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from steepest.answers import Answer, Arguments
from steepest.confusion import Cost
from steepest.corpus.run import Sitting
from steepest.notebook import graded_sources, parse_notebook
from steepest.plugin import Trial, collect_trials, try_on
from steepest.sandbox.budget import Budget
from steepest.sandbox.client import Zygote
from steepest.sandbox.session import Session, Source
from steepest.sandbox.wire import encode_arguments
from steepest.student import Student


@dataclass
class Meter:
    """A `Caller` that remembers what each call cost the worker, and which property asked it."""

    session: Session
    zygote: Zygote
    asking: str = ""
    seconds: dict[bytes, float] = field(default_factory=dict)
    asked_by: dict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return what the session returns."""
        return self.session.parameters(function)

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Ask the session, and remember what the call cost if it was new."""
        key = hashlib.sha256(function.encode() + b"\0" + encode_arguments(arguments)).digest()
        self.asked_by[key].add(self.asking)
        if key in self.seconds:
            return self.session.call(function, arguments)
        before = self._cpu_s()
        answer = self.session.call(function, arguments)
        self.seconds[key] = max(0.0, self._cpu_s() - before)
        return answer

    def _cpu_s(self) -> float:
        return sum(map(cpu_of, self.zygote.worker_processes()))


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process, to the microsecond; 0 if it is gone. The clock's number is Linux's."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0


def costs_of(sitting: Sitting, zygote: Zygote) -> dict[str, Cost]:
    """Return what each property costs for one right solution, by name; under the empty name, the whole grading."""
    limits, walls = sitting.paper.limits, sitting.paper.walls
    sources = [Source(cell.index, cell.source) for cell in graded_sources(parse_notebook(sitting.source.notebook))]
    trials = collect_trials(sitting.paper.assignment.properties)
    with Session(zygote, sources, Budget(limits), walls) as session:
        session.start()
        meter = Meter(session, zygote)
        judge = {trial.info.name: _judge_s(trial, meter, sitting) for trial in trials}
    found = {name: _cost(meter, name, seconds) for name, seconds in judge.items()}
    total = sum(meter.seconds.values())
    return found | {"": Cost(total, total, sum(judge.values()), len(meter.seconds))}


def _judge_s(trial: Trial, meter: Meter, sitting: Sitting) -> float:
    meter.asking = trial.info.name
    begin = time.process_time()
    try_on(trial, Student(meter), sitting.paper.exam)
    return time.process_time() - begin


def _cost(meter: Meter, name: str, judge_s: float) -> Cost:
    mine = {key: names for key, names in meter.asked_by.items() if name in names}
    own = sum(meter.seconds[key] for key, names in mine.items() if names == {name})
    return Cost(sum(meter.seconds[key] for key in mine), own, judge_s, len(mine))


def each_cost(sittings: Sequence[Sitting]) -> Iterator[tuple[Sitting, dict[str, Cost]]]:
    """Yield each sitting with its costs, one at a time, so that they do not disturb each other."""
    with Zygote() as zygote:
        for sitting in sittings:
            yield sitting, costs_of(sitting, zygote)


def mean(costs: Iterable[Cost]) -> Cost:
    """Return the mean of some costs."""
    found = list(costs)
    return Cost(
        fmean(cost.asked_s for cost in found),
        fmean(cost.own_s for cost in found),
        fmean(cost.judge_s for cost in found),
        fmean(cost.calls for cost in found),
    )
