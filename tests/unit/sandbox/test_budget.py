"""What became of a worker's time, and when that ends its questions: with the kernel's counts made up here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from steepest.errors import GraderFault, NotServed
from steepest.model import Limits
from steepest.sandbox import kernel_counts
from steepest.sandbox.budget import DELAYED_RATIO, Budget, Meter

LIMITS = Limits(call_cpu_s=2, submission_cpu_s=30)


@dataclass
class Kernel:
    """What the kernel would say."""

    cpu_s: float = 0.0
    delays: dict[str, float] = field(default_factory=dict)
    stolen_s: float = 0.0
    disk: bool = False
    counts: bool = True


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made_up = Kernel()
    monkeypatch.setattr(kernel_counts, "cpu_s_of", lambda pid: made_up.cpu_s)
    monkeypatch.setattr(kernel_counts, "run_delays", lambda pid: dict(made_up.delays))
    monkeypatch.setattr(kernel_counts, "stolen_s", lambda: made_up.stolen_s)
    monkeypatch.setattr(kernel_counts, "waits_for_a_disk", lambda pid: made_up.disk)
    monkeypatch.setattr(kernel_counts, "delays_are_counted", lambda: made_up.counts)
    return made_up


def times(meter: Meter) -> tuple[float, float, float, float]:
    meter.look()
    return meter.cpu_s, meter.idle_s, meter.delayed_s, meter.stalled_s


def test_time_asleep_is_what_is_neither_computed_nor_delayed(kernel: Kernel) -> None:
    meter = Meter(1)
    kernel.cpu_s, kernel.delays = 2.0, {"1": 5.0}
    meter.wait(10.0)
    assert times(meter) == (2.0, 3.0, 5.0, 0.0)


def test_a_worker_that_is_ready_to_run_all_the_time_has_not_slept(kernel: Kernel) -> None:
    meter = Meter(1)
    for second in range(1, 101):
        kernel.cpu_s, kernel.delays = second / 12, {"1": second * 11 / 12}
        meter.wait(1.0)
        meter.look()
    assert meter.idle_s == pytest.approx(0.0, abs=1e-9)


def test_threads_that_wait_side_by_side_gain_no_more_than_the_one_that_waited_longest(kernel: Kernel) -> None:
    meter = Meter(1)
    kernel.delays = {str(thread): 0.5 + thread / 1000 for thread in range(200)}
    meter.wait(10.0)
    assert times(meter) == pytest.approx((0.0, 9.301, 0.699, 0.0))
    meter.wait(10.0)  # none of them has waited since
    assert meter.delayed_s == pytest.approx(0.699)


def test_delay_before_the_judge_waited_gains_no_time(kernel: Kernel) -> None:
    meter = Meter(1)
    kernel.delays = {"1": 50.0}
    meter.wait(10.0)
    assert times(meter) == (0.0, 0.0, 10.0, 0.0)


def test_a_thread_that_ended_takes_nothing_back(kernel: Kernel) -> None:
    meter = Meter(1)
    kernel.delays = {"1": 1.0, "2": 4.0}
    meter.wait(5.0)
    meter.look()
    kernel.delays = {"1": 2.0, "3": 0.5}
    meter.wait(5.0)
    assert times(meter) == (0.0, 5.0, 5.0, 0.0)


@pytest.mark.parametrize(("disk", "counts"), [(True, True), (False, False)], ids=["a disk", "no counts"])
def test_what_only_looks_like_sleep_is_not_held_against_it(kernel: Kernel, disk: bool, counts: bool) -> None:
    meter = Meter(1)
    kernel.disk, kernel.counts = disk, counts
    meter.wait(10.0)
    assert times(meter) == (0.0, 0.0, 0.0, 10.0)


def test_a_cpu_that_was_stolen_is_not_held_against_it(kernel: Kernel) -> None:
    meter = Meter(1)
    kernel.stolen_s = 3.0
    meter.wait(10.0)
    assert times(meter) == (0.0, 7.0, 0.0, 3.0)


def test_time_between_questions_counts_for_nothing_but_cpu(kernel: Kernel) -> None:
    meter = Meter(1)
    kernel.cpu_s = 4.0
    assert times(meter) == (4.0, 0.0, 0.0, 0.0)


def test_all_workers_of_a_submission_draw_on_one_budget(kernel: Kernel) -> None:
    budget = Budget(LIMITS)
    first, second = budget.meter(1), budget.meter(2)
    first.cpu_s = 12.0
    assert (budget.cpu_left_s, budget.is_spent) == (18, False)
    second.cpu_s = 18.0
    assert (budget.cpu_left_s, budget.is_spent) == (1, True)


def test_sleep_of_all_workers_together_ends_the_questions(kernel: Kernel) -> None:
    budget = Budget(LIMITS)
    for pid in (1, 2):
        meter = budget.meter(pid)
        meter.wait(15.0)
        meter.look()
    assert budget.is_spent


@pytest.mark.parametrize("kind", ["stalled_s", "delayed_s"])
def test_a_machine_that_does_not_serve_is_a_fault_of_the_grader(kernel: Kernel, kind: str) -> None:
    budget = Budget(LIMITS)
    bound = 30.0 * (DELAYED_RATIO if kind == "delayed_s" else 1)
    meters = budget.meter(1), budget.meter(2)
    for meter in meters:
        setattr(meter, kind, bound / 2)
    budget.require_service()
    setattr(meters[0], kind, bound / 2 + 1)
    with pytest.raises(NotServed, match="Try: grade it again"):
        budget.require_service()
    assert not budget.is_spent
    assert issubclass(NotServed, GraderFault)


def test_the_kernel_of_this_machine_counts_for_this_process() -> None:
    pid = os.getpid()
    assert kernel_counts.cpu_s_of(pid) > 0.0
    assert kernel_counts.run_delays(pid).keys() == set(os.listdir(f"/proc/{pid}/task"))
    assert kernel_counts.stolen_s() >= 0.0


def test_a_process_that_is_gone_counts_nothing() -> None:
    gone = 2**22 + 1
    assert kernel_counts.cpu_s_of(gone) == 0.0
    assert kernel_counts.run_delays(gone) == {}
    assert not kernel_counts.waits_for_a_disk(gone)
    assert kernel_counts.written_bytes(gone) == kernel_counts.nameless_bytes(gone, Path("/tmp"), 1) == 0
