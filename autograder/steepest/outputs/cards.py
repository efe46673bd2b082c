"""What a student should mend, gathered for a page: properties that failed alike stand together on one card."""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterable
from dataclasses import dataclass

from steepest.model import Counterexample, GradeReport, Measurement, PropertyResult, Rows, Verdict, points_text
from steepest.outputs.words import by_exercise

LARGEST_GRID = 12
"""Rows and columns of a matrix that a page shows as numbers."""


@dataclass(frozen=True)
class Card:
    """Properties that ended alike for the same reason, in the order of the report."""

    results: tuple[PropertyResult, ...]

    @property
    def first(self) -> PropertyResult:
        """Return the property that speaks for all."""
        return self.results[0]

    @property
    def exercise(self) -> str:
        """Return the exercise of these properties, empty when they belong to several."""
        exercises = {result.exercise for result in self.results}
        return exercises.pop() if len(exercises) == 1 else ""

    @property
    def lost(self) -> str:
        """Return the points that these properties did not earn, as people write them."""
        return points_text(sum(result.max_points - result.points for result in self.results))

    @property
    def example(self) -> Counterexample | None:
        """Return the counterexample, None when no public one was found."""
        return self.first.counterexample

    @property
    def measurement(self) -> Measurement | None:
        """Return what was measured on the counterexample; without one, what was measured on the exam's matrix."""
        return self.first.measurement if self.example is None else self.example.measurement

    @property
    def exam_facts(self) -> str:
        """Return what may be said of the exam's matrix; empty where it does not matter which matrix was asked."""
        alone = len(self.results) == 1 and self.first.verdict is not Verdict.SKIPPED
        return self.first.exam_facts if alone else ""


@dataclass(frozen=True)
class ExerciseTotal:
    """One exercise of an assignment with its properties and their sum in hundredths of a point."""

    name: str
    results: tuple[PropertyResult, ...]

    @property
    def points(self) -> int:
        """Return the earned hundredths of a point."""
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> int:
        """Return the hundredths of a point that could be earned."""
        return sum(result.max_points for result in self.results)


def exercises(report: GradeReport) -> tuple[ExerciseTotal, ...]:
    """Return the report's exercises in their first order."""
    return tuple(ExerciseTotal(name, tuple(results)) for name, results in by_exercise(report.properties).items())


def cards(results: Iterable[PropertyResult]) -> tuple[Card, ...]:
    """Return one card for each reason why properties did not pass, the costliest first."""
    reasons: dict[tuple[object, ...], list[PropertyResult]] = {}
    for result in results:
        if result.verdict is not Verdict.PASSED:
            seen = result.counterexample or result.measurement
            reasons.setdefault((result.verdict, result.message, result.help, seen), []).append(result)
    return tuple(sorted((Card(tuple(group)) for group in reasons.values()), key=_cost, reverse=True))


def _cost(card: Card) -> tuple[bool, int]:
    lost = sum(result.max_points - result.points for result in card.results)
    return card.first.verdict is not Verdict.SKIPPED, lost


def unsaid(example: Counterexample) -> tuple[tuple[str, Rows | float], ...]:
    """Return the arguments whose value does not stand in the call itself, which are the matrices."""
    return tuple(
        (name, value) for name, value in example.arguments if isinstance(value, tuple) or f"{name}=" not in example.call
    )


def snippet(example: Counterexample) -> str:
    """Return code that repeats the counterexample's call in a notebook; empty if it cannot be written faithfully."""
    arguments = unsaid(example)
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name, _ in arguments):
        return ""
    return "\n".join([*(f"{name} = {_literal(value, example.dtype)}" for name, value in arguments), example.call])


def _literal(value: Rows | float, dtype: str) -> str:
    if not isinstance(value, tuple):
        return _number(value)
    rows = ",\n    ".join(f"[{', '.join(_number(entry, '.') for entry in row)}]" for row in value)
    between = f"\n    {rows},\n" if len(value) > 1 else rows
    return f"torch.tensor([{between}], dtype=torch.{dtype})"


def _number(value: float, point: str = "") -> str:
    """Return a number as Python reads it; whole ones stay whole, so that ``steps`` remains a count."""
    if not math.isfinite(value):
        return f'float("{value}")'
    return f"{int(value)}{point}" if value == int(value) and abs(value) < 1e15 else repr(value)


def grid(rows: Rows) -> tuple[Rows, str]:
    """Return at most 12 rows and columns of a matrix, and words that say what was left out (empty if nothing)."""
    width = max((len(row) for row in rows), default=0)
    if len(rows) <= LARGEST_GRID and width <= LARGEST_GRID:
        return rows, ""
    shown = tuple(row[:LARGEST_GRID] for row in rows[:LARGEST_GRID])
    return shown, f"the first {len(shown)} rows and {len(shown[0])} columns of {len(rows)} x {width}"
