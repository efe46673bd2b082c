"""What only a machine with a card can show. NOT RUN YET on one: see docs/gpu.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from steepest.answers import CallStatus, TensorItem
from steepest.course import load_course
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.grade_class import confining_walls
from steepest.model import Limits
from steepest.plugin import all_families, collect_properties
from steepest.sandbox.budget import Budget
from steepest.sandbox.client import Worker, Zygote
from steepest.sandbox.doctor import self_test
from steepest.sandbox.gpu import CPU, Device, probe
from steepest.sandbox.session import Session, Source
from steepest.submissions import find_submissions

pytestmark = [pytest.mark.gpu, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
M = np.array([[2.0, 1.0], [0.0, 1.0]], dtype=np.float32)


@pytest.fixture(scope="module")
def card() -> Device:
    """The card of this machine."""
    return probe()


@pytest.fixture(scope="module")
def zygote(card: Device) -> Iterator[Zygote]:
    """A zygote for the card."""
    with Zygote(card) as running:
        yield running


@pytest.fixture
def worker(zygote: Zygote) -> Iterator[Worker]:
    """A worker behind the walls of this machine, with the holes of the card."""
    made = zygote.fork(Limits(), confining_walls())
    yield made
    made.close()


def test_the_zygote_has_no_context_before_it_forks(zygote: Zygote, card: Device) -> None:
    zygote.wait_until_ready()  # raises if it has
    names = [path.resolve().name for path in Path(f"/proc/{zygote.pid}/fd").iterdir()]
    assert "nvidia-uvm" not in names


def test_a_worker_sees_one_card_computes_there_and_answers_on_the_cpu(worker: Worker) -> None:
    worker.run_cell(
        "import torch\ndef f(M):\n    assert M.is_cuda and torch.eye(2).is_cuda\n    return M @ torch.eye(2)"
    )
    worker.run_cell("def count():\n    return torch.cuda.device_count()")
    answer = worker.call("f", {"0": M})
    assert answer.status is CallStatus.RETURNED, answer.error
    (item,) = answer.items
    assert isinstance(item, TensorItem)
    assert item.array is not None
    assert np.array_equal(item.array, M)
    assert worker.call("count", {}).items == worker.call("count", {}).items
    assert "1" in repr(worker.call("count", {}).items)


def test_products_in_float32_have_no_tf32_whatever_a_notebook_sets(worker: Worker) -> None:
    worker.run_cell("import torch\ntorch.set_float32_matmul_precision('medium')")
    worker.run_cell("def f(M):\n    return M @ M")
    large = np.random.default_rng(0).standard_normal((256, 256)).astype(np.float32)
    (item,) = worker.call("f", {"0": large}).items
    assert isinstance(item, TensorItem)
    assert item.array is not None
    exact = large.astype(np.float64) @ large.astype(np.float64)
    # TF32 keeps 10 bits: its error would be near 1e-2 here.
    assert np.abs(item.array.astype(np.float64) - exact).max() < 1e-3


def test_memory_on_the_card_is_limited(worker: Worker) -> None:
    worker.run_cell("import torch\ndef f(M):\n    return torch.empty(3 << 28, device='cuda').sum()")
    answer = worker.call("f", {"0": M})
    assert answer.status is CallStatus.RAISED
    assert "OutOfMemory" in answer.error


def test_a_dead_context_costs_one_call_and_the_next_worker_computes(zygote: Zygote) -> None:
    source = (
        "import torch\n"
        "def kill(M):\n    return torch.zeros(2, device='cuda')[torch.tensor([10**6], device='cuda')]\n"
        "def f(M):\n    return M + 1\n"
    )
    with Session(zygote, [Source(1, source)], Budget(Limits()), confining_walls()) as session:
        assert session.call("kill", {"0": M}).status is CallStatus.DIED
        assert session.call("f", {"0": M}).status is CallStatus.RETURNED


def test_the_walls_hold_with_the_holes_of_a_card(zygote: Zygote) -> None:
    assert [probe.name for probe in self_test(zygote, confining_walls()) if not probe.held] == []


def test_the_sample_class_gets_the_same_verdicts_on_cpu_and_card(zygote: Zygote, card: Device) -> None:
    course = load_course(ROOT / "course.yml")
    assignment = course.assignment("inverse")
    exam = practice_exam("inverse", all_families(collect_properties(assignment.properties)))
    walls = confining_walls()
    submissions, _ = find_submissions([ROOT / "examples" / "submitted"], "inverse")
    with Zygote(CPU) as other:
        for submission in submissions:
            verdicts = [
                [
                    (result.name, result.verdict)
                    for result in grade(
                        Paper(assignment, exam, walls, explained=False, device=device),
                        submission.student,
                        submission.read(),
                        running,
                    ).properties
                ]
                for device, running in ((CPU, other), (card, zygote))
            ]
            assert verdicts[0] == verdicts[1], submission.student
