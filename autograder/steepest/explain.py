"""Explanations: the smallest public matrix on which a failed property fails; the search never changes a score.

First a public ladder of small matrices, in order of size, then a bounded number of generated and shrunk examples.
No matrix of the exam takes part, and the worker that is asked has never seen one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisException
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from steepest.answers import Answer, Argument, Arguments, Array, Caller, CallStatus, TensorItem
from steepest.errors import GateFailed, PropertyFailed
from steepest.linalg import condition_number
from steepest.model import Counterexample, Curve, HeatMap, Measurement, Rows, Verdict
from steepest.plugin import Outcome, Trial
from steepest.student import Returned, Student

GENERATED_CALLS = 40
"""How many examples Hypothesis may generate and shrink for one failed property."""

GIVEN_UP = (CallStatus.NOT_RUN, CallStatus.VIOLATION)
"""Answers that say nothing about the property: the search has used up what a submission may use."""

MAX_CURVE_POINTS = 400
SHOWN_DIGITS = 4
SHOWN_ENTRIES = 64
BACKEND = "steepest-fixed-stream"


class FixedStreamProvider(HypothesisProvider):
    """Draws as Hypothesis does, but never takes a constant from the source code that happens to be loaded.

    Without this, editing any constant of the package changes which counterexample a student is shown.
    """

    def _maybe_draw_constant(self, *args: object, **kwargs: object) -> None:
        return None


AVAILABLE_PROVIDERS[BACKEND] = f"{__name__}.{FixedStreamProvider.__name__}"


class Recorder:
    """A `Caller` that remembers the last call that was asked, for the message."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.last: tuple[str, Arguments, Answer] | None = None

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return what the wrapped caller returns."""
        return self._caller.parameters(function)

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Ask the wrapped caller, and remember question and answer."""
        answer = self._caller.call(function, arguments)
        self.last = (function, arguments, answer)
        return answer


@dataclass(frozen=True)
class Explanation:
    """A public failure: its outcome, and the counterexample that shows it."""

    outcome: Outcome
    counterexample: Counterexample


def explain(trial: Trial, caller: Caller) -> Explanation | None:
    """Return the smallest public failure of ``trial`` that was found, or None; deterministic for a given caller."""
    recorder = Recorder(caller)
    student = Student(recorder)
    for example in _candidates(trial, student):
        outcome = trial.attempt(student, example)
        if recorder.last is not None and recorder.last[2].status in GIVEN_UP:
            return None
        if outcome.verdict in (Verdict.FAILED, Verdict.ERRORED, Verdict.TIMED_OUT) and recorder.last is not None:
            return Explanation(outcome, _counterexample(recorder, outcome.error))
    return None


def _candidates(trial: Trial, student: Student) -> Iterator[Mapping[str, Array]]:
    families = trial.info.families
    if not families:
        yield {}
        return
    rungs = zip(*(family.ladder for family in families.values()), strict=False)
    yield from (dict(zip(families, rung, strict=True)) for rung in rungs)
    found = _search(trial, student)
    if found is not None:
        yield found


def _search(trial: Trial, student: Student) -> Mapping[str, Array] | None:
    """Return the smallest failing example among a bounded number that Hypothesis generates and shrinks."""
    failing: list[Mapping[str, Array]] = []
    calls = 0

    @seed(0)
    @settings(
        backend=BACKEND,
        database=None,
        deadline=None,
        max_examples=GENERATED_CALLS,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(**{name: family.strategy for name, family in trial.info.families.items()})
    def attempt(**example: Array) -> None:
        nonlocal calls
        calls += 1
        if calls > GENERATED_CALLS:
            return
        if trial.attempt(student, example).verdict in (Verdict.FAILED, Verdict.ERRORED):
            failing.append(example)
            raise AssertionError

    _run_quietly(attempt)
    return min(failing, key=_size) if failing else None


def _run_quietly(test: Callable[[], None]) -> None:
    """Run a Hypothesis test whose findings are recorded elsewhere; that it fails, or flakes, is no news."""
    try:
        test()
    except (AssertionError, HypothesisException, ExceptionGroup):
        return


def _size(example: Mapping[str, Array]) -> tuple[int, float]:
    return sum(a.size for a in example.values()), float(sum(np.abs(a).sum() for a in example.values()))


def _counterexample(recorder: Recorder, error: BaseException | None) -> Counterexample:
    assert recorder.last is not None
    function, arguments, answer = recorder.last
    names = _names(arguments, recorder.parameters(function))
    named = {names[key]: value for key, value in arguments.items()}
    arrays = [value for value in named.values() if isinstance(value, np.ndarray)]
    first = arrays[0] if arrays else None
    return Counterexample(
        call=f"{function}({', '.join(_shown(key, names[key], value) for key, value in arguments.items())})",
        arguments=tuple((name, _plain(value)) for name, value in named.items()),
        dtype=first.dtype.name if first is not None else "",
        condition_number=_rounded(condition_number(first)) if first is not None and _square(first) else None,
        returned=_returned(function, answer),
        heat_map=_heat_map(error),
        curves=_curves(error),
        measurement=measurement(error),
    )


def measurement(error: BaseException | None, digits: int = 6) -> Measurement | None:
    """Return what a failed property measured, rounded to ``digits`` significant digits."""
    if not isinstance(error, PropertyFailed):
        return None
    value, bound = float(f"{error.value:.{digits}g}"), float(f"{error.bound:.{digits}g}")
    return Measurement(error.quantity, value, bound, error.at_least)


def _names(arguments: Arguments, parameters: tuple[str, ...] | None) -> dict[str, str]:
    """Return what to call each argument: a positional one has the student's own name for it."""
    own = [name for name in parameters or () if name != "**"]
    return {key: own[int(key)] if key.isdigit() and int(key) < len(own) else key for key in arguments}


def _shown(key: str, name: str, value: Argument) -> str:
    """Return an argument as it stands in a call: ``M``, ``start=start``, ``learning_rate=3.04``."""
    text = name if isinstance(value, np.ndarray) else f"{value:.{SHOWN_DIGITS}g}"
    return text if key.isdigit() else f"{name}={text}"


def _plain(value: Argument) -> Rows | float:
    return _rows(value) if isinstance(value, np.ndarray) else _rounded(float(value))


def _rows(matrix: Array) -> Rows:
    return tuple(tuple(_rounded(float(entry)) for entry in row) for row in np.atleast_2d(matrix))


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _square(matrix: Array) -> bool:
    return matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] > 0


def _returned(function: str, answer: Answer) -> str:
    if answer.status is not CallStatus.RETURNED:
        return answer.error or answer.status.value
    first = answer.items[0] if answer.items else None
    array = first.array if isinstance(first, TensorItem) else None
    words = Returned(function, answer).description
    if array is None or not 0 < array.size <= SHOWN_ENTRIES:
        return words
    return f"{words}; the tensor:\n{np.array2string(array, precision=SHOWN_DIGITS, max_line_width=100)}"


def _heat_map(error: BaseException | None) -> HeatMap | None:
    if not isinstance(error, PropertyFailed) or error.heat_map is None:
        return None
    title, matrix = error.heat_map
    return HeatMap(title, _rows(np.asarray(matrix)))


def _curves(error: BaseException | None) -> tuple[Curve, ...]:
    if not isinstance(error, PropertyFailed) or error.curves is None:
        return ()
    return tuple(
        Curve(name, tuple(_rounded(float(value)) for value in np.asarray(values).ravel()[:MAX_CURVE_POINTS]))
        for name, values in error.curves.items()
    )


def message_of(outcome: Outcome) -> tuple[str, str]:
    """Return what happened and what to try, in a public failure's own words."""
    error = outcome.error
    help_text = error.help if isinstance(error, PropertyFailed | GateFailed) else getattr(error, "help", "")
    return str(error or ""), str(help_text)
