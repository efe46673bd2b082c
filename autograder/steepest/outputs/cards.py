"""What a student should mend, gathered for a page: properties that failed alike stand together on one card."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from steepest.model import Counterexample, GradeReport, Measurement, PropertyResult, Tensor, Verdict, points_text
from steepest.outputs.words import by_exercise


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


def tensors(example: Counterexample) -> tuple[tuple[str, Tensor], ...]:
    """Return the arguments whose value does not stand in the call itself."""
    return tuple((name, value) for name, value in example.arguments if isinstance(value, Tensor))
