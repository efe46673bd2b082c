"""Verdicts: what was seen on the exam becomes a result that a student may read, with nothing of the exam in it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from steepest.answers import Array, Caller, CallStatus
from steepest.counterexample import measurement
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.explain import Explanation, explain
from steepest.linalg.condition import worst_condition_number
from steepest.model import PropertyResult, Verdict, shape_text
from steepest.plugin import Outcome, PropertyInfo, Tried
from steepest.student import NotAskable, Student

RECHECKED = (Verdict.FAILED, Verdict.ERRORED)
"""Verdicts that are looked at a second time; a call that ran out of time would only do so again."""

EXAM_DIGITS = 2
"""Numbers measured on exam matrices are shown this coarsely, so that a report carries next to nothing of them."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def conclude(tried: Sequence[Tried], second: Caller | None) -> tuple[PropertyResult, ...]:
    """Return the result of every property.

    ``second`` is a fresh caller that has not seen the exam. It explains all failures first, on public matrices, and
    only then is asked each failing example again: one that passes there makes the property non-deterministic, and
    does not fail it. None takes every failure as it is.
    """
    failed = [attempt for attempt in tried if _first_failure(attempt) is not None]
    explanations = {
        attempt.trial.info.name: explain(attempt.trial, second)
        for attempt in failed
        if second is not None and _worth_explaining(attempt)
    }
    results = [_result(attempt, explanations.get(attempt.trial.info.name), second) for attempt in tried]
    return _counted(results, {attempt.trial.info.name: attempt.trial.info.needs for attempt in tried})


def _counted(results: Sequence[PropertyResult], needs: Mapping[str, str]) -> tuple[PropertyResult, ...]:
    """Return the results with the points of those only whose needed property was seen to hold, and what that needs.

    A property that could not be asked, or that gave no answer, says nothing for whoever keeps it from being asked. One
    that is not among the results is of another exercise: a self-check tells nothing of that.
    """
    found = {result.name: result for result in results}

    def missing(name: str, seen: frozenset[str] = frozenset()) -> PropertyResult | None:
        need = needs[name]
        if need not in found or need in seen:
            return None
        return missing(need, seen | {name}) if found[need].verdict is Verdict.PASSED else found[need]

    lacks = {result.name: missing(result.name) for result in results}
    return tuple(result if (lack := lacks[result.name]) is None else _uncounted(result, lack) for result in results)


def _uncounted(result: PropertyResult, needed: PropertyResult) -> PropertyResult:
    """Return a passed property without its points, since the one that it needs did not pass; any other as it is."""
    if result.verdict is not Verdict.PASSED:
        return result
    message, help = f'not counted, because this does not hold: "{needed.title}"', "Mend that property first."
    if needed.verdict is Verdict.SKIPPED:
        message, help = f'not counted, because this could not be asked: "{needed.title}"', needed.help
    elif needed.verdict is not Verdict.FAILED:
        message = f'not counted, because there was no answer that shows this: "{needed.title}"'
    return replace(result, verdict=Verdict.SKIPPED, points=0, message=message, help=help)


def _worth_explaining(attempt: Tried) -> bool:
    """Return whether a search can show more than the failure itself says."""
    failures = [outcome for _, outcome in attempt.outcomes if outcome.verdict in RECHECKED]
    return any(not _is_missing(outcome) for outcome in failures)


def _is_missing(outcome: Outcome) -> bool:
    return isinstance(outcome.error, CallFailed) and outcome.error.status is not CallStatus.RAISED


def _first_failure(attempt: Tried) -> tuple[Mapping[str, Array], Outcome] | None:
    return next(((example, o) for example, o in attempt.outcomes if o.verdict is not Verdict.PASSED), None)


def _result(attempt: Tried, explanation: Explanation | None, second: Caller | None) -> PropertyResult:
    info, flaky = attempt.trial.info, False
    for example, outcome in attempt.outcomes:
        if outcome.verdict is Verdict.PASSED:
            continue
        if second is not None and outcome.verdict in RECHECKED and not _is_missing(outcome):
            again = attempt.trial.attempt(Student(second), example)
            if again.verdict is Verdict.PASSED:
                flaky = True
                continue
        return _failed(info, example, outcome, explanation, flaky=flaky)
    return replace(blank_result(info, Verdict.PASSED), points=info.max_points, nondeterministic=flaky)


def _failed(
    info: PropertyInfo,
    example: Mapping[str, Array],
    outcome: Outcome,
    explanation: Explanation | None,
    *,
    flaky: bool,
) -> PropertyResult:
    message, help_text = (explanation.message, explanation.help) if explanation else _withheld(outcome)
    return replace(
        blank_result(info, outcome.verdict),
        message=message,
        help=help_text,
        measurement=measurement(outcome.error, EXAM_DIGITS),
        exam_facts="" if isinstance(outcome.error, NotAskable) or _is_missing(outcome) else _exam_facts(info, example),
        counterexample=explanation.counterexample if explanation else None,
        nondeterministic=flaky,
    )


def _withheld(outcome: Outcome) -> tuple[str, str]:
    """Return message and help of a failure on an exam matrix, without a word that the student's code could choose."""
    match outcome.error:
        case PropertyFailed() as error:
            shown = measurement(error, EXAM_DIGITS)
            assert shown is not None
            relation = "at least" if shown.at_least else "at most"
            return f"{shown.quantity} = {shown.value:g}, allowed: {relation} {shown.bound:g}", _coarse(error.help)
        case GateFailed() as error:
            return "what came back has the wrong kind, shape or dtype, or is not finite", error.help
        case CallFailed(status=CallStatus.RAISED) as error:
            return f"{error.function} raised {_known_exception(error.detail)}", error.help
        case CallFailed() as error:
            return error.message, error.help
        case NotAskable() as error:
            return (
                f"not asked: {error}",
                f"Give {error.function} the parameter {error.parameter!r} to earn these points.",
            )
        case _:
            return "the property does not hold", ""


def _coarse(text: str) -> str:
    """Return ``text`` with its numbers as coarse as those measured: a student's code can choose a number in a hint."""

    def shorten(found: re.Match[str]) -> str:
        number = float(found[0])
        short = f"{number:.{EXAM_DIGITS}g}"
        return found[0] if float(short) == number else short

    return _NUMBER.sub(shorten, text)


def _known_exception(error: str) -> str:
    """Return the exception's name if Python itself defines it: any other name could have been made up from a matrix."""
    name = error.partition(":")[0]
    known = getattr(builtins, name, None)
    return name if isinstance(known, type) and issubclass(known, BaseException) else "an exception of its own"


def _exam_facts(info: PropertyInfo, example: Mapping[str, Array]) -> str:
    facts = []
    for name, matrix in example.items():
        words = f"{info.families[name].description}: {shape_text(matrix.shape)}, {matrix.dtype.name}"
        condition_number = worst_condition_number(matrix)
        facts.append(words + ("" if condition_number is None else f", condition number {condition_number:.2g}"))
    return "; ".join(facts)


def blank_result(info: PropertyInfo, verdict: Verdict) -> PropertyResult:
    """Return the result of a property that earns nothing and says nothing yet."""
    return PropertyResult(info.name, info.title, info.exercise, verdict, points=0, max_points=info.max_points)
