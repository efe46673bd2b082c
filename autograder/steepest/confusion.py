"""The confusion matrix of a corpus: which property fired for which right and wrong solution, and what follows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from steepest.model import GradeReport, PropertyResult, Verdict
from steepest.plugin import PropertyInfo


class Kind(Enum):
    """Whether a file of the corpus is a right solution or a wrong one."""

    WHEAT = "wheat"
    CHAFF = "chaff"


class Mark(Enum):
    """How a property ended in one run, as one letter.

    All but `PASSED` lose the property's points; all of these but `UNCOUNTED` do so by the property's own doing.
    """

    PASSED = "P"
    FAILED = "F"
    ERRORED = "E"
    TIMED_OUT = "T"
    SKIPPED = "S"
    UNCOUNTED = "U"

    @property
    def fired(self) -> bool:
        """Return whether the property itself took its points away, and not another that it needs."""
        return self not in (Mark.PASSED, Mark.UNCOUNTED)


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus, as its first line describes it.

    ``about`` is the style of a wheat or the bug of a chaff, ``breaks`` the promise that a chaff breaks, in words, and
    ``fires`` the names of the properties that have to fire for it. ``lacks`` names the parameters of the hand-out that
    the functions of a wheat do not have.
    """

    assignment: str
    kind: Kind
    name: str
    about: str
    breaks: str = ""
    fires: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def may_end(self, mark: Mark) -> bool:
        """Return whether a property may end so for a wheat: passed, or skipped because the wheat lacks a parameter."""
        return mark is Mark.PASSED or (mark is Mark.SKIPPED and bool(self.lacks))


@dataclass(frozen=True)
class Example:
    """The size of a public counterexample: its longest dimension, and the digits of its longest entry."""

    rows: int
    digits: int


@dataclass(frozen=True)
class Run:
    """One file graded on one exam.

    ``marks`` has one mark a property, in their order; it is empty if the kit failed, and ``fault`` says why.
    ``examples`` has, for a run with explanations, the counterexample of each property that fired.
    """

    exam: int
    marks: tuple[Mark, ...]
    points: int
    fault: str = ""
    examples: tuple[tuple[str, Example | None], ...] = ()


@dataclass(frozen=True)
class Row:
    """One file of the corpus with its runs, in the order of the exams."""

    file: CorpusFile
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Regression:
    """Something that must not be: ``exams`` are the numbers of the exams on which it was seen, none if on no exam.

    ``fault`` is True where the kit failed, so that nothing is known of the properties.
    """

    file: CorpusFile
    text: str
    exams: tuple[int, ...] = ()
    fault: bool = False


@dataclass(frozen=True)
class Confusion:
    """What became of the corpus of one assignment; ``exams`` maps each exam's number to the digest of its matrices."""

    assignment: str
    title: str
    properties: tuple[PropertyInfo, ...]
    exams: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the properties, in their order."""
        return tuple(info.name for info in self.properties)

    def of(self, kind: Kind) -> tuple[Row, ...]:
        """Return the rows of the wheats, or of the chaffs."""
        return tuple(row for row in self.rows if row.file.kind is kind)

    def fired(self, run: Run) -> frozenset[str]:
        """Return the names of the properties that fired in a run."""
        return frozenset(name for name, mark in zip(self.names, run.marks, strict=False) if mark.fired)

    def named(self, file: CorpusFile) -> tuple[frozenset[str], ...]:
        """Return, for each name in a file's first line, the properties that it stands for.

        ``test_scaled`` stands for ``test_scaled[tall]`` and ``test_scaled[wide]``, too, of which one has to fire.
        """
        return tuple(
            frozenset(name for name in self.names if name == wanted or name.startswith(f"{wanted}["))
            for wanted in file.fires
        )


@dataclass(frozen=True)
class Cost:
    """What one property, or a whole grading, costs, in CPU seconds: ``own_s`` are calls that no other property asks."""

    asked_s: float
    own_s: float
    judge_s: float
    calls: float


def marks_of(report: GradeReport, properties: Sequence[PropertyInfo]) -> tuple[Mark, ...]:
    """Return the mark of each property in a report that is no fault."""
    results = {result.name: result for result in report.properties}
    unmet = {result.name for result in report.properties if result.verdict is not Verdict.PASSED}
    return tuple(_mark(results[info.name], uncounted=info.needs in unmet) for info in properties)


def _mark(result: PropertyResult, *, uncounted: bool) -> Mark:
    return Mark.UNCOUNTED if result.verdict is Verdict.SKIPPED and uncounted else Mark[result.verdict.name]


def regressions(confusion: Confusion) -> tuple[Regression, ...]:
    """Return everything that must not be, wheats first, in the order of the files."""
    rows = (*confusion.of(Kind.WHEAT), *confusion.of(Kind.CHAFF))
    return tuple(found for row in rows for found in _regressions(confusion, row))


def _regressions(confusion: Confusion, row: Row) -> Iterator[Regression]:
    faults = [run for run in row.runs if run.fault]
    if faults:
        yield Regression(row.file, f"was not graded: {faults[0].fault}", tuple(run.exam for run in faults), fault=True)
    yield from _counted_without(confusion, row)
    if row.file.kind is Kind.WHEAT:
        yield from _lost_by_wheat(confusion, row)
    elif not row.file.fires:
        yield Regression(row.file, "names no property. Try: end its first line with | fires: test_...")
    else:
        yield from _missed(confusion, row)


def _lost_by_wheat(confusion: Confusion, row: Row) -> Iterator[Regression]:
    for place, name in enumerate(confusion.names):
        exams = tuple(run.exam for run in row.runs if run.marks and not row.file.may_end(run.marks[place]))
        if exams:
            yield Regression(row.file, f"lost {name}", exams)
    asked = tuple(run.exam for run in row.runs if run.marks and Mark.SKIPPED not in run.marks)
    if row.file.lacks and asked:
        yield Regression(row.file, f"lacks {', '.join(row.file.lacks)}, but every property was asked", asked)


def _counted_without(confusion: Confusion, row: Row) -> Iterator[Regression]:
    """Yield each needed property that did not pass on exams where some that need it earned points."""
    for needed in dict.fromkeys(info.needs for info in confusion.properties if info.needs):
        kept: dict[int, list[str]] = {}
        for run in row.runs:
            marks = dict(zip(confusion.names, run.marks, strict=False))
            if marks and marks[needed] is not Mark.PASSED:
                needing = [info.name for info in confusion.properties if info.needs == needed]
                kept[run.exam] = [name for name in needing if marks[name] is Mark.PASSED]
        if exams := tuple(exam for exam, names in kept.items() if names):
            names = dict.fromkeys(name for each in kept.values() for name in each)
            yield Regression(row.file, f"earned points without {needed}, for {', '.join(names)}", exams)


def _missed(confusion: Confusion, row: Row) -> Iterator[Regression]:
    for wanted, meant in zip(row.file.fires, confusion.named(row.file), strict=True):
        silent = tuple(run.exam for run in row.runs if not run.fault and not meant & confusion.fired(run))
        if not meant:
            yield Regression(row.file, f"names {wanted}, which is no property of {confusion.assignment}")
        elif silent:
            yield Regression(row.file, f"{wanted} did not fire", silent)


def survivors(confusion: Confusion) -> tuple[tuple[CorpusFile, tuple[int, ...]], ...]:
    """Return the chaffs that kept every point in some exam, with the numbers of these exams."""
    found = []
    for row in confusion.of(Kind.CHAFF):
        kept = tuple(run.exam for run in row.runs if run.marks and all(mark is Mark.PASSED for mark in run.marks))
        if kept:
            found.append((row.file, kept))
    return tuple(found)


@dataclass(frozen=True)
class Firing:
    """What one property did over the chaffs: how many name it, for how many it fired, for how many alone.

    ``with_it`` are the properties that fired every time this one did; only told of a property that never fires alone.
    """

    info: PropertyInfo
    named_by: int
    fired_for: int
    alone_for: int
    with_it: tuple[str, ...]


def firings(confusion: Confusion) -> tuple[Firing, ...]:
    """Return what each property did over the chaffs, in their order."""
    chaffs = confusion.of(Kind.CHAFF)
    sets = {row.file.name: [confusion.fired(run) for run in row.runs if not run.fault] for row in chaffs}
    named = [frozenset().union(*confusion.named(row.file)) for row in chaffs]
    return tuple(_firing(info, sets.values(), named) for info in confusion.properties)


def _firing(info: PropertyInfo, sets: Collection[list[frozenset[str]]], named: Sequence[frozenset[str]]) -> Firing:
    mine = [[fired for fired in runs if info.name in fired] for runs in sets]
    alone = sum(any(len(fired) == 1 for fired in runs) for runs in mine)
    together = [fired for runs in mine for fired in runs]
    with_it = frozenset.intersection(*together) - {info.name} if together and not alone else frozenset()
    return Firing(info, sum(info.name in names for names in named), sum(map(bool, mine)), alone, tuple(sorted(with_it)))


def smallest_examples(confusion: Confusion) -> dict[str, Example | None]:
    """Return, for each chaff whose failures were explained, the smallest counterexample of a property it names.

    None stands for a chaff for which the search found none. Smallest is by longest dimension, then by digits.
    """
    found: dict[str, Example | None] = {}
    for row in confusion.of(Kind.CHAFF):
        meant = frozenset().union(*confusion.named(row.file))
        shown = [example for run in row.runs for name, example in run.examples if name in meant]
        if shown:
            sized = [example for example in shown if example is not None]
            found[row.file.name] = min(sized, key=lambda example: (example.rows, example.digits), default=None)
    return found
