"""What one submission may use, over all of its workers together, and what became of the time that it was waited for.

CPU seconds decide. The time on the wall depends on what else the machine does, so it is taken apart by what the
kernel counts: computing, ready to run but not running, asleep, and what only the machine can be blamed for. A
submission answers for the first and the third. The others end a grading, if they last, as a fault of the grader.
"""

from __future__ import annotations

from steepest.errors import NotServed
from steepest.model import Limits
from steepest.sandbox import kernel_counts

DELAYED_RATIO = 20
"""A submission may be ready to run without running for this many times its CPU budget: then the machine is too busy."""

LEAST_S = 1
"""A limit of the kernel's is given in whole seconds, and none would be no limit."""


class Meter:
    """What became of the time that the judge waited for one worker; `look` brings it up to date.

    Attributes:
        cpu_s: What the process computed.
        idle_s: What it slept of its own will.
        delayed_s: What the thread that waited longest was ready to run for without running.
        stalled_s: What looks like sleep and need not be: a disk, a stolen CPU, a kernel that counts no delays.
        waited_s: How long the judge waited for it in all.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.cpu_s = self.idle_s = self.delayed_s = self.stalled_s = self.waited_s = 0.0
        self.unseen_s = 0.0
        self._delays: dict[str, float] = {}
        self._stolen_s = kernel_counts.stolen_s()

    def wait(self, seconds: float) -> None:
        """Note that the judge waited; the next look says what for."""
        self.waited_s += seconds
        self.unseen_s += seconds

    def look(self) -> None:
        """Say what became of the time since the last look; an ended thread takes its count along."""
        waited, self.unseen_s = self.unseen_s, 0.0
        cpu_s, delays, stolen_s = self._counts()
        computed, self.cpu_s = max(0.0, cpu_s - self.cpu_s), max(self.cpu_s, cpu_s)
        # The longest delay and not the sum: threads that queue for a moment side by side would else fill all the time.
        delays_since = (now - self._delays.get(thread, 0.0) for thread, now in delays.items())
        delayed = min(waited, max(delays_since, default=0.0))
        stolen, self._stolen_s = max(0.0, stolen_s - self._stolen_s), stolen_s
        self._delays = delays
        self.delayed_s += delayed
        self._divide(max(0.0, waited - computed - delayed), stolen)

    def _counts(self) -> tuple[float, dict[str, float], float]:
        return kernel_counts.cpu_s_of(self._pid), kernel_counts.run_delays(self._pid), kernel_counts.stolen_s()

    def _divide(self, rest: float, stolen: float) -> None:
        """Count what was neither computed nor delayed: asleep, as far as that can be known."""
        blameless = not kernel_counts.delays_are_counted() or kernel_counts.waits_for_a_disk(self._pid)
        stalled = rest if blameless else min(rest, stolen)
        self.stalled_s += stalled
        self.idle_s += rest - stalled


class Budget:
    """The CPU seconds, the sleep and the memory of the judge that one submission may use, in whatever workers it runs.

    It may compute for ``submission_cpu_s`` and sleep for as long again. What it cannot be blamed for is bounded too:
    as long again for what looks like sleep, and `DELAYED_RATIO` times as long for waiting its turn.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._meters: list[Meter] = []

    def meter(self, pid: int) -> Meter:
        """Return the meter of a new worker, which counts here from now on."""
        self._meters.append(Meter(pid))
        return self._meters[-1]

    @property
    def cpu_s(self) -> float:
        """Return the CPU seconds of all workers, as of the last look at each."""
        return sum(meter.cpu_s for meter in self._meters)

    @property
    def idle_s(self) -> float:
        """Return how long the workers slept while they were waited for."""
        return sum(meter.idle_s for meter in self._meters)

    @property
    def is_spent(self) -> bool:
        """Return whether the submission has used up what it may, so that nothing more is asked."""
        return max(self.cpu_s, self.idle_s) >= self.limits.submission_cpu_s

    @property
    def cpu_left_s(self) -> int:
        """Return the whole CPU seconds that a new worker may use, at least one."""
        return max(LEAST_S, int(self.limits.submission_cpu_s - self.cpu_s))

    def require_service(self) -> None:
        """Return if the machine has served the submission so far.

        Raises:
            NotServed: It waited for the machine longer than anyone can wait; that says nothing about the submission.
        """
        stalled = sum(meter.stalled_s for meter in self._meters)
        delayed = sum(meter.delayed_s for meter in self._meters)
        if stalled > self.limits.submission_cpu_s:
            raise NotServed(f"it stood still for {stalled:.0f} s, for a disk or a host that is busy")
        if delayed > DELAYED_RATIO * self.limits.submission_cpu_s:
            raise NotServed(f"it waited {delayed:.0f} s for a CPU")
