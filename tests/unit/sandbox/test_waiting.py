"""What the judge counts as waiting for a worker."""

from __future__ import annotations

import time

import pytest

from steepest.model import Limits
from steepest.sandbox.budget import Budget
from steepest.sandbox.client import TICK_S, Worker


@pytest.mark.parametrize(("passed", "counted"), [(0.1, 0.1), (TICK_S, TICK_S), (3600.0, 2 * TICK_S)])
def test_time_in_which_the_judge_itself_was_stopped_is_not_waited_for_a_worker(
    monkeypatch: pytest.MonkeyPatch, passed: float, counted: float
) -> None:
    worker = Worker.__new__(Worker)
    worker._meter = Budget(Limits()).meter(2**22 + 1)
    worker._since = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + passed)
    worker._count_wait()
    assert worker.waited_s == pytest.approx(counted)
