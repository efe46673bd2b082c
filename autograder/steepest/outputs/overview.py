"""A class as a whole: which properties its reports have, how each fared, and the middle of the scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steepest.model import GradeReport, PropertyResult, Verdict
from steepest.outputs.words import by_exercise

Key = tuple[str, str]
"""A property's exercise and name: the same property in two reports has the same key."""


@dataclass(frozen=True)
class Column:
    """One property over all graded submissions; ``sample`` is any one result of it, for its name and title."""

    key: Key
    sample: PropertyResult
    asked: int
    passed: int


def key_of(result: PropertyResult) -> Key:
    """Return what identifies a property across reports."""
    return result.exercise, result.name


def graded(reports: Iterable[GradeReport]) -> list[GradeReport]:
    """Return the reports that carry a score."""
    return [report for report in reports if not report.needs_human]


def columns(reports: Iterable[GradeReport]) -> tuple[Column, ...]:
    """Return every property of the graded reports once, exercises together, in their first order."""
    found: dict[Key, list[PropertyResult]] = {}
    for report in graded(reports):
        for result in report.properties:
            found.setdefault(key_of(result), []).append(result)
    grouped = by_exercise(results[0] for results in found.values())
    return tuple(_column(found[key_of(sample)]) for samples in grouped.values() for sample in samples)


def _column(results: Sequence[PropertyResult]) -> Column:
    passed = sum(result.verdict is Verdict.PASSED for result in results)
    return Column(key_of(results[0]), results[0], len(results), passed)


def median(values: Iterable[int]) -> int | None:
    """Return the median of hundredths of a point, rounded half up to one hundredth; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else math.floor((ordered[middle - 1] + ordered[middle]) / 2 + 0.5)
