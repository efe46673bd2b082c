"""Grading a corpus: every file on every exam, through the path that submissions take; what is kept is not repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from steepest.confusion import Confusion, Example, Row, Run, marks_of
from steepest.corpus.files import CorpusSource, path_of
from steepest.corpus.kept import Kept
from steepest.course import Assignment
from steepest.engine.local import Task, grade_each
from steepest.exam import Exam, draw_exam
from steepest.grade import Paper
from steepest.model import Counterexample, GradeReport, Tensor, Verdict
from steepest.plugin import PropertyInfo, all_families, collect_properties
from steepest.sandbox.limits import Wall

EXPLAINED_EXAM = 1
"""The exam whose failures are explained; of the others only the verdicts are wanted, which costs far less."""


def corpus_secret(number: int) -> bytes:
    """Return the secret of a corpus exam: public, and never that of a course."""
    return f"corpus exam {number}: known to everyone".encode()


@dataclass(frozen=True)
class Subject:
    """An assignment with its properties and the exams that its corpus is graded on, by number."""

    assignment: Assignment
    properties: tuple[PropertyInfo, ...]
    exams: Mapping[int, Exam]


def prepare(assignment: Assignment, exams: Collection[int]) -> Subject:
    """Return what grading the corpus of an assignment needs; its exams are drawn here and now."""
    properties = collect_properties(assignment.properties)
    families = all_families(properties)
    drawn = {number: draw_exam(assignment.id, families, corpus_secret(number)) for number in exams}
    return Subject(assignment, properties, drawn)


@dataclass(frozen=True)
class Sitting:
    """One file that sits one exam."""

    source: CorpusSource
    exam: int
    paper: Paper
    properties: tuple[PropertyInfo, ...]


def sittings(
    subjects: Sequence[Subject], sources: Sequence[CorpusSource], walls: tuple[Wall, ...]
) -> tuple[Sitting, ...]:
    """Return every file on every exam of its assignment, exam by exam."""
    made = [
        Sitting(source, number, Paper(subject.assignment, exam, walls, number == EXPLAINED_EXAM), subject.properties)
        for subject in subjects
        for number, exam in subject.exams.items()
        for source in sources
        if source.file.assignment == subject.assignment.id
    ]
    return tuple(sorted(made, key=attrgetter("exam")))


def run(wanted: Sequence[Sitting], kept: Kept, jobs: int) -> Iterator[tuple[Sitting, Run]]:
    """Yield each sitting with its result, in no fixed order; a new result is on disk before it is yielded."""
    for _, group in groupby(wanted, key=attrgetter("exam")):
        missing: list[Sitting] = []
        for sitting in group:
            known = kept.load(sitting.paper, sitting.source.notebook, sitting.exam)
            if known is None:
                missing.append(sitting)
            else:
                yield sitting, known
        tasks = [(each.paper, Task(path_of(each.source.file), each.source.notebook)) for each in missing]
        for place, report in grade_each(tasks, jobs):
            sitting = missing[place]
            result = run_of(report, sitting)
            kept.keep(sitting.paper, sitting.source.notebook, result)
            yield sitting, result


def run_of(report: GradeReport, sitting: Sitting) -> Run:
    """Return what a report says of the properties, without its words."""
    if report.fault is not None:
        return Run(sitting.exam, (), 0, fault=report.fault)
    marks = marks_of(report, sitting.properties)
    failures = [result for result in report.properties if result.verdict is not Verdict.PASSED]
    examples = [(result.name, size_of(result.counterexample)) for result in failures]
    return Run(sitting.exam, marks, report.points, examples=tuple(examples) if sitting.paper.explained else ())


def size_of(counterexample: Counterexample | None) -> Example | None:
    """Return the size of a counterexample: of its first tensor, since all others are made from that one."""
    values = counterexample.arguments if counterexample else ()
    first = next((value for _, value in values if isinstance(value, Tensor)), None)
    if first is None:
        return None
    return Example(max(first.shape, default=1), max(map(_digits, first.entries), default=0))


def _digits(number: float) -> int:
    """Return how many significant digits a number has: 2 for 0.25, 1 for 400, 0 for 0."""
    mantissa = f"{abs(number):.5e}".partition("e")[0].replace(".", "").rstrip("0")
    return len(mantissa)


def confusion_of(subject: Subject, results: Sequence[tuple[Sitting, Run]]) -> Confusion:
    """Return the confusion matrix of an assignment from all results, in whatever order they came."""
    mine = [(sitting, run) for sitting, run in results if sitting.source.file.assignment == subject.assignment.id]
    by_file: dict[str, list[Run]] = {path_of(sitting.source.file): [] for sitting, _ in mine}
    files = {path_of(sitting.source.file): sitting.source.file for sitting, _ in mine}
    for sitting, result in mine:
        by_file[path_of(sitting.source.file)].append(result)
    rows = [Row(files[path], tuple(sorted(runs, key=attrgetter("exam")))) for path, runs in sorted(by_file.items())]
    exams = tuple((number, exam.sha256) for number, exam in subject.exams.items())
    title = subject.assignment.title
    return Confusion(subject.assignment.id, title, subject.properties, exams, tuple(rows))
