"""The words that every output shares: marks and names of verdicts, numbers, measurements, scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import assert_never

from steepest.model import GradeReport, Measurement, PropertyResult, Verdict, points_text
from steepest.text import one_line

NOT_GRADED = "not graded"


def mark(verdict: Verdict) -> str:
    """Return one character for a verdict; the five differ in shape, so that no one depends on colour."""
    match verdict:
        case Verdict.PASSED:
            return "✓"
        case Verdict.FAILED:
            return "✗"
        case Verdict.ERRORED:
            return "!"
        case Verdict.TIMED_OUT:
            return "∞"
        case Verdict.SKIPPED:
            return "–"
        case _:
            assert_never(verdict)


def word(verdict: Verdict) -> str:
    """Return the verdict as people say it: ``timed out`` for ``TIMED_OUT``."""
    return verdict.value.replace("_", " ")


def number(value: float, digits: int = 3) -> str:
    """Return a number in ``digits`` significant digits, as short as it goes: ``0.5``, ``-3``, ``1e-05``, ``nan``."""
    text = f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def measurement_words(measurement: Measurement) -> tuple[str, str]:
    """Return the measured value and what was allowed (``0.5``, ``at most 0.001``), in digits that tell them apart."""
    value, bound = measurement.value, measurement.bound
    digits = next((d for d in range(3, 17) if number(value, d) != number(bound, d) or value == bound), 17)
    relation = "at least" if measurement.at_least else "at most"
    return number(value, digits), f"{relation} {number(bound, digits)}"


def measurement_text(measurement: Measurement) -> str:
    """Return a measurement as one line: ``max |X M - I| = 0.5, allowed: at most 0.001``."""
    value, allowed = measurement_words(measurement)
    return f"{measurement.quantity} = {value}, allowed: {allowed}"


def short_name(result: PropertyResult) -> str:
    """Return a property's name without its prefix: ``diagonal matrices`` for ``test_diagonal_matrices``."""
    return one_line(result.name.removeprefix("test_").replace("_", " "), 60)


def score_text(report: GradeReport) -> str:
    """Return ``29.5 / 36``, or ``not graded`` when the kit failed."""
    return (
        NOT_GRADED if report.fault is not None else f"{points_text(report.points)} / {points_text(report.max_points)}"
    )


def count_words(results: Iterable[PropertyResult]) -> str:
    """Return how many properties ended how: ``19 passed, 2 failed, 1 timed out``; empty without properties."""
    counts = Counter(result.verdict for result in results)
    return ", ".join(f"{counts[verdict]} {word(verdict)}" for verdict in Verdict if counts[verdict])


def by_exercise(results: Iterable[PropertyResult]) -> dict[str, list[PropertyResult]]:
    """Return the results grouped by exercise, both in their first order."""
    groups: dict[str, list[PropertyResult]] = {}
    for result in results:
        groups.setdefault(result.exercise, []).append(result)
    return groups
