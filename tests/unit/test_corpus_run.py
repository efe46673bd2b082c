"""Grading a corpus: what is drawn, what a report becomes, what is kept, what the command says, what costs are."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from steepest.answers import Answer, Arguments, CallStatus
from steepest.confusion import CorpusFile, Cost, Example, Kind, Mark, Run
from steepest.corpus.costs import Meter, cpu_of, mean
from steepest.corpus.files import CorpusSource, as_notebook
from steepest.corpus.kept import Kept
from steepest.corpus.run import EXPLAINED_EXAM, Sitting, corpus_secret, prepare, run_of, sittings
from steepest.course import load_course
from steepest.model import Counterexample, GradeReport, Provenance, Tensor, Verdict
from steepest.plugin import PropertyInfo
from steepest.verdicts import blank_result

ROOT = Path(__file__).parents[2]
ASSIGNMENT = load_course(ROOT / "course.yml").assignment("inverse")


def source(name: str = "c", code: str = "x = 1") -> CorpusSource:
    """Return a file of the corpus."""
    return CorpusSource(CorpusFile("inverse", Kind.CHAFF, name, "bug", "promise"), as_notebook(code))


def test_exams_are_numbered_and_differ_and_the_first_one_alone_is_explained() -> None:
    subject = prepare(ASSIGNMENT, [1, 2])
    assert subject.exams[1].sha256 != subject.exams[2].sha256
    assert subject.exams[1].sha256 == prepare(ASSIGNMENT, [1]).exams[1].sha256
    made = sittings([subject], [source("a"), source("b")], ())
    assert [(sitting.exam, sitting.source.file.name) for sitting in made] == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
    assert [sitting.paper.explained for sitting in made] == [sitting.exam == EXPLAINED_EXAM for sitting in made]


def test_secrets_of_corpus_exams_are_public_and_differ() -> None:
    assert corpus_secret(1) != corpus_secret(2)
    assert b"known to everyone" in corpus_secret(1)


def test_results_are_kept_apart_by_everything_that_decides_them(tmp_path: Path) -> None:
    subject = prepare(ASSIGNMENT, [1, 2])
    kept = Kept(tmp_path)
    first, second = sittings([subject], [source()], ())
    (other, _) = sittings([subject], [source(code="x = 2")], ())
    run = Run(1, tuple(Mark.PASSED for _ in subject.properties), 100)
    kept.keep(first.paper, first.source.notebook, run)
    assert kept.load(first.paper, first.source.notebook, 1) == run
    assert kept.load(second.paper, second.source.notebook, 2) is None
    assert kept.load(other.paper, other.source.notebook, 1) is None


def test_a_run_keeps_the_size_of_the_first_tensor_of_each_counterexample() -> None:
    properties = tuple(PropertyInfo(name, "", "e", 100, {}) for name in ("test_a", "test_b", "test_c"))
    matrix = Tensor((2, 3), "float32", (1.0, -0.25, 400.0, 0.0, float(np.float32(0.1)), 3.0))
    example = Counterexample("f(M)", (("M", matrix), ("X", Tensor((9, 9), "float32", ()))), "float32", None, "")
    failed = blank_result(properties[1], Verdict.FAILED)
    results = (
        blank_result(properties[0], Verdict.PASSED),
        type(failed)(**{**vars(failed), "counterexample": example}),
        blank_result(properties[2], Verdict.ERRORED),
    )
    report = GradeReport("inverse", "s", results, (), (), Provenance("", "", "", (), (), "cpu", ()))
    subject = prepare(ASSIGNMENT, [1])
    (sitting,) = sittings([subject], [source()], ())
    run = run_of(report, Sitting(sitting.source, 1, sitting.paper, properties))
    assert "".join(mark.value for mark in run.marks) == "PFE"
    assert run.examples == (("test_b", Example(3, 2)), ("test_c", None))


class _Session:
    """Answers every call, and burns no time."""

    def call(self, function: str, arguments: Arguments) -> Answer:
        return Answer(CallStatus.RETURNED)


class _Zygote:
    """Has this very process for a worker."""

    def worker_processes(self) -> tuple[int, ...]:
        return (os.getpid(),)


def test_a_call_is_paid_once_and_remembers_all_who_asked_it() -> None:
    meter = Meter(_Session(), _Zygote())  # type: ignore[arg-type]  # they have what a meter needs
    for meter.asking, size in (("test_a", 2), ("test_b", 2), ("test_b", 3)):
        meter.call("f", {"0": np.eye(size)})
    assert [names for names in meter.asked_by.values()] == [{"test_a", "test_b"}, {"test_b"}]
    assert len(meter.seconds) == 2
    assert all(seconds >= 0.0 for seconds in meter.seconds.values())


def test_the_clock_of_a_process_is_its_own_and_of_a_gone_one_zero() -> None:
    before = cpu_of(os.getpid())
    sum(range(200_000))
    assert cpu_of(os.getpid()) > before > 0.0
    assert cpu_of(2**22 + 1) == 0.0


def test_the_mean_of_costs_is_taken_number_by_number() -> None:
    assert mean([Cost(1.0, 2.0, 3.0, 4.0), Cost(3.0, 2.0, 1.0, 0.0)]) == Cost(2.0, 2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nothing"], "no such assignment"),
        (["inverse", "--only", "nobody"], "no file of the corpus"),
        (["inverse", "--folder", "docs"], "no file for inverse"),
    ],
)
def test_wrong_usage_is_told_with_a_way_out(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from steepest.cli import steepest

    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        steepest(["corpus", *arguments])
    assert ended.value.code == 2
    assert word in capsys.readouterr().err
