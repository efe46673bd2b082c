"""What a grading is made of: verdicts, results of properties, the report. Frozen data, no behaviour beyond sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import assert_never

REPORT_SCHEMA = "steepest/report/v1"

Rows = tuple[tuple[float, ...], ...]
"""A matrix as plain numbers, row by row."""

YOU = "you"
"""The student of a report that is nobody's submission."""


@dataclass(frozen=True)
class Tensor:
    """A tensor of any shape, as plain numbers: ``entries`` are in row-major order and exact in ``dtype``.

    The shape is ``()`` for a scalar, ``(n,)`` for a vector, ``(m, n)`` for a matrix, ``(b, m, n)`` for a batch.
    """

    shape: tuple[int, ...]
    dtype: str
    entries: tuple[float, ...]


class Verdict(Enum):
    """How one property ended for one submission."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"

    @property
    def sentence(self) -> str:
        """Return the one sentence that tells a student what this verdict means."""
        match self:
            case Verdict.PASSED:
                return "The property holds for every matrix that was tried."
            case Verdict.FAILED:
                return "The function answered, and the answer breaks the property."
            case Verdict.ERRORED:
                return "The function gave no answer: it is missing, it raised, or its process ended."
            case Verdict.TIMED_OUT:
                return "The function did not answer within its limit of CPU time."
            case Verdict.SKIPPED:
                return (
                    "The property earns nothing: a parameter that it asks for, or a property that it needs, is missing."
                )
            case _:
                assert_never(self)


@dataclass(frozen=True)
class Curve:
    """One line of a chart over the steps of a descent."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class HeatMap:
    """A matrix to draw as coloured squares."""

    title: str
    values: Rows


@dataclass(frozen=True)
class Counterexample:
    """A public example on which a property fails: small, and never a matrix of the exam.

    ``call`` is Python: numbers are written out, tensors stand there by the names that ``arguments`` gives them;
    ``returned`` is what came back, as text; ``heat_map`` and ``curves`` are for pictures and may be empty.
    ``dtype`` and ``condition_number`` belong to the first tensor. ``measurement`` is what the property measured on
    this matrix, whereas that of the `PropertyResult` was measured on a matrix of the exam.
    """

    call: str
    arguments: tuple[tuple[str, Tensor | float], ...]
    dtype: str
    condition_number: float | None
    returned: str
    heat_map: HeatMap | None = None
    curves: tuple[Curve, ...] = ()
    measurement: Measurement | None = None


@dataclass(frozen=True)
class Measurement:
    """What a property measured against what it allows, with the matrix's vital facts."""

    quantity: str
    value: float
    bound: float
    at_least: bool = False


@dataclass(frozen=True)
class PropertyResult:
    """The verdict on one property, with what a student needs to mend it.

    ``points`` and ``max_points`` are hundredths of a point. ``message`` says what happened, ``help`` what to
    try. ``exam_facts`` describes the failing exam matrix without showing it (family, size, condition number).
    """

    name: str
    title: str
    exercise: str
    verdict: Verdict
    points: int
    max_points: int
    message: str = ""
    help: str = ""
    measurement: Measurement | None = None
    exam_facts: str = ""
    counterexample: Counterexample | None = None
    nondeterministic: bool = False


@dataclass(frozen=True)
class CellNote:
    """Something worth telling about one code cell of the submission; ``cell`` counts all cells from 1."""

    cell: int
    text: str


@dataclass(frozen=True)
class CellOutput:
    """What one code cell showed when it ran, as the student's code made it: for a person to read, never for a score.

    ``bundles`` holds, for each rich output, pairs of a MIME type and a text. None of it has been made safe for a page.
    """

    cell: int
    printed: str = ""
    bundles: tuple[tuple[tuple[str, str], ...], ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Provenance:
    """Everything that decides a score, so that the same provenance gives the same report.

    ``properties_sha256`` is of the file with the properties, ``judging_sha256`` of all other code that judges: see
    `steepest.judging`. It is None in a report of a kit that did not record it yet.
    """

    notebook_sha256: str
    properties_sha256: str
    judging_sha256: str | None = field(default="", kw_only=True)
    exam_sha256: str
    limits: tuple[tuple[str, int], ...]
    walls: tuple[str, ...]
    device: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GradeReport:
    """The score of one submission: the one record that every output is made from.

    ``fault`` is set when the kit failed; then ``properties`` may be empty, and the score must not be published.
    ``shown`` is what the cells showed; it has a file of its own, so a report that was read from disk has none.
    """

    assignment: str
    student: str
    properties: tuple[PropertyResult, ...]
    notes: tuple[str, ...]
    cells: tuple[CellNote, ...]
    provenance: Provenance
    fault: str | None = None
    schema: str = REPORT_SCHEMA
    shown: tuple[CellOutput, ...] = field(default=(), compare=False, repr=False)

    @property
    def points(self) -> int:
        """Return the earned hundredths of a point."""
        return sum(result.points for result in self.properties)

    @property
    def max_points(self) -> int:
        """Return the hundredths of a point that could be earned."""
        return sum(result.max_points for result in self.properties)

    @property
    def needs_human(self) -> bool:
        """Return whether a person must look before this score is used."""
        return self.fault is not None


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it: ``2 x 3``, ``length 4``, ``a single number``, ``a batch of 5, each 2 x 3``."""
    if len(shape) < 2:
        return f"length {shape[0]}" if shape else "a single number"
    side = f"{shape[-2]} x {shape[-1]}"
    return f"a batch of {' x '.join(map(str, shape[:-2]))}, each {side}" if shape[:-2] else side


def points_text(hundredths: int) -> str:
    """Return hundredths of a point as people write them: 350 as ``3.5``, 400 as ``4``."""
    return f"{(Decimal(hundredths) / 100).normalize():f}"


@dataclass(frozen=True)
class Limits:
    """What one submission may use; a cell of the notebook counts as a call.

    CPU times in seconds, memory and scratch space in MiB, output (stdout and stderr together) in KiB.
    """

    call_cpu_s: int = 20
    submission_cpu_s: int = 180
    memory_mib: int = 2048
    processes: int = 0
    output_kib: int = 64
    scratch_mib: int = 64

    @property
    def call_idle_s(self) -> int:
        """Return how long a call may sleep: generous, and a busy machine is not held against it."""
        return 3 * self.call_cpu_s + 5
