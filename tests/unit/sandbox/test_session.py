"""One submission in real workers: cells, calls, lost workers, budgets, poison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from steepest.answers import CallStatus, TensorItem
from steepest.model import Limits
from steepest.sandbox.budget import Budget
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls
from steepest.sandbox.session import Session, Source

LIMITS = Limits(call_cpu_s=2, submission_cpu_s=30)
M = np.array([[2.0, 0.0], [0.0, 4.0]], dtype=np.float32)
IDENTITY = "def f(M):\n    return M"
FORGE = """
import os, struct
frame = struct.pack("!4sB16sIQ", b"STP1", 67, bytes(16), 0, 0)
"""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as started:
        yield started


def session_of(zygote: Zygote, *cells: str, limits: Limits = LIMITS) -> Session:
    sources = [Source(index, text) for index, text in enumerate(cells, 1)]
    return Session(zygote, sources, Budget(limits), standing_walls())


def test_the_same_call_is_asked_once(zygote: Zygote) -> None:
    counting = "calls = []\ndef f(M):\n    calls.append(1)\n    return M * len(calls)"
    with session_of(zygote, counting) as session:
        first, again, other = session.call("f", {"0": M}), session.call("f", {"0": M}), session.call("f", {"0": M + 1})
    assert first is again
    item = other.items[0]
    assert isinstance(item, TensorItem)
    assert item.array is not None
    assert np.array_equal(item.array, 2 * (M + 1))


def test_a_failing_cell_does_not_keep_later_cells_from_running(zygote: Zygote) -> None:
    with session_of(zygote, "1 / 0", "def (", IDENTITY) as session:
        assert session.call("f", {"0": M}).status is CallStatus.RETURNED
    assert session.cells[1].error.startswith("ZeroDivisionError")
    assert session.cells[2].error.startswith("SyntaxError")
    assert session.cells[3].status is CallStatus.RETURNED


def test_a_cell_that_ends_the_process_is_left_out_and_the_others_run_again(zygote: Zygote) -> None:
    with session_of(zygote, "x = 1", "import os; os._exit(0)", "def f(M):\n    return M * x") as session:
        assert session.call("f", {"0": M}).status is CallStatus.RETURNED
    assert session.cells[2].status is CallStatus.DIED


def test_a_cell_that_never_ends_is_left_out_and_the_others_run_again(zygote: Zygote) -> None:
    with session_of(zygote, "while True: pass", IDENTITY, limits=replace(LIMITS, call_cpu_s=1)) as session:
        assert session.call("f", {"0": M}).status is CallStatus.RETURNED
    assert session.cells[1].status is CallStatus.TIMED_OUT


def test_a_call_that_ends_the_process_costs_that_call_only(zygote: Zygote) -> None:
    cell = "import os\ndef f(M):\n    if M[0, 0] == 2: os._exit(0)\n    return M"
    with session_of(zygote, cell) as session:
        assert session.call("f", {"0": M}).status is CallStatus.DIED
        assert session.call("f", {"0": M + 1}).status is CallStatus.RETURNED


def test_a_function_that_keeps_losing_its_worker_is_not_asked_again(zygote: Zygote) -> None:
    cell = "import os\ndef f(M):\n    os._exit(0)\ndef g(M):\n    return M"
    with session_of(zygote, cell) as session:
        statuses = [session.call("f", {"0": M + shift}).status for shift in range(4)]
        assert session.call("g", {"0": M}).status is CallStatus.RETURNED
    assert statuses == [CallStatus.DIED, CallStatus.DIED, CallStatus.NOT_RUN, CallStatus.NOT_RUN]


def test_too_many_lost_workers_end_the_asking(zygote: Zygote) -> None:
    cells = ["import os\ndef f(M):\n    return M", *["os._exit(0)"] * 7]
    with session_of(zygote, *cells) as session:
        assert session.call("f", {"0": M}).status is CallStatus.NOT_RUN


def test_a_function_that_is_not_there_is_missing(zygote: Zygote) -> None:
    with session_of(zygote, "f = 3") as session:
        assert session.parameters("f") is None
        assert session.call("f", {"0": M}).status is CallStatus.MISSING


def test_a_frame_nobody_asked_for_poisons_the_submission(zygote: Zygote) -> None:
    forge = FORGE + "for fd in range(3, 64):\n    try: os.write(fd, frame)\n    except OSError: pass\n" + IDENTITY
    with session_of(zygote, forge, IDENTITY) as session:
        assert session.call("f", {"0": M}).status is CallStatus.VIOLATION
        assert session.call("f", {"0": M + 1}).status is CallStatus.VIOLATION
    assert session.violation


def test_half_a_frame_does_not_hold_the_judge(zygote: Zygote) -> None:
    cell = "import os, time\ndef f(M):\n    os.write(4, b'STP')\n    while True: pass"
    with session_of(zygote, cell, limits=replace(LIMITS, call_cpu_s=1)) as session:
        assert session.call("f", {"0": M}).status is CallStatus.TIMED_OUT


def test_workers_leave_neither_processes_nor_files(zygote: Zygote) -> None:
    session = session_of(zygote, "open('left.txt', 'w').write('x')", IDENTITY)
    session.call("f", {"0": M})
    assert session._worker is not None
    scratch = session._worker.scratch
    assert (scratch / "left.txt").exists()
    session.close()
    assert not scratch.exists()
    assert zygote.worker_processes() == ()


def test_rich_outputs_are_kept(zygote: Zygote) -> None:
    cells = (
        "print('hello')",
        "import pandas as pd; pd.DataFrame({'a': [1]})",
        "%matplotlib inline\nimport matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
        "import plotly.express as px; px.line(y=[1, 2]).show()",
        "!ls",
        "from steepest import check\ncheck(print)",
    )
    with session_of(zygote, *cells) as session:
        session.start()
    kinds = {index: {mime for bundle in cell.outputs for mime, _ in bundle} for index, cell in session.cells.items()}
    assert session.cells[1].printed == "hello\n"
    assert "text/html" in kinds[2]
    assert "image/png" in kinds[3]
    assert "application/vnd.plotly.v1+json" in kinds[4]
    assert "not run by the grader" in session.cells[5].error
    assert session.cells[6].status is CallStatus.RETURNED
