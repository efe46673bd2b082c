"""Explanations: the smallest public matrix on which a failed property fails; the search never changes a score.

First a public ladder of small matrices, in order of size, then a bounded number of generated and shrunk examples.
No matrix of the exam takes part, and the worker that is asked has never seen one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisException
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from steepest.answers import Answer, Arguments, Array, Caller, CallStatus
from steepest.asked_again import changes
from steepest.counterexample import describe
from steepest.errors import PropertyFailed
from steepest.model import Counterexample, Verdict
from steepest.plugin import Outcome, Trial
from steepest.student import Student

GENERATED_CALLS = 40
"""How many examples Hypothesis may generate and shrink for one failed property."""

MORE_RUNGS = 4
"""How many further rungs of the ladder are asked about the cause of a failure."""

NOT_THE_SAME = (
    "Asked once more, the function gives another answer: something is left from the call before, such as a velocity or "
    "a list outside the function, or chance decides. Set V = 0 in every call, and begin at `start` where it is given."
)

FAILURES = (Verdict.FAILED, Verdict.ERRORED, Verdict.TIMED_OUT)

GIVEN_UP = (CallStatus.NOT_RUN, CallStatus.VIOLATION)
"""Answers that say nothing about the property: the search has used up what a submission may use."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
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

    def forget(self) -> None:
        """Remember no call."""
        self.last = None

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
    """A public failure: its outcome, the counterexample that shows it, and what to try."""

    outcome: Outcome
    counterexample: Counterexample
    help: str

    @property
    def message(self) -> str:
        """Return what happened, in the failure's own words."""
        return str(self.outcome.error or "")


def explain(trial: Trial, caller: Caller) -> Explanation | None:
    """Return the smallest public failure of ``trial`` that was found, or None; deterministic for a given caller.

    First the ladder is climbed, then Hypothesis searches, and last come the named matrices that every exam holds.

    The smallest example is often too plain to tell one cause from another: a rotation is the transpose of its
    inverse. What to try is therefore what most of the failures on the ladder say.
    """
    recorder = Recorder(caller)
    families = trial.info.families
    rungs = list(_together(families, [family.ladder for family in families.values()])) if families else [{}]
    for place, example in enumerate(rungs):
        found = _look(trial, recorder, example)
        if found is not None and not isinstance(found.outcome.error, PropertyFailed):
            return found
        if found is not None:
            if recorder.last is not None and changes(caller, *recorder.last):
                return replace(found, help=NOT_THE_SAME)
            others = (_look(trial, recorder, rung) for rung in rungs[place + 1 :][-MORE_RUNGS:])
            return replace(found, help=_agreed(found, others))
        if _is_over(recorder):
            return None
    smallest = _search(trial, Student(recorder)) if families else None
    if smallest is not None:
        return _look(trial, recorder, smallest)
    named = _together(families, [family.specials for family in families.values()])
    looks = (_look(trial, recorder, example) for example in named)
    return next((found for found in looks if found is not None), None)


def _together(names: Iterable[str], members: Iterable[Sequence[Array]]) -> Iterator[Mapping[str, Array]]:
    """Return the first members of some families as an example, then the second ones, and so on."""
    argument_names = tuple(names)
    rows = zip(*members, strict=False)
    return (_without_signed_zeros(dict(zip(argument_names, row, strict=True))) for row in rows)


def _without_signed_zeros(example: Mapping[str, Array]) -> Mapping[str, Array]:
    """Return an example with 0 in the place of -0, which says nothing and is awkward to read."""
    return {name: np.asarray(array + 0.0) for name, array in example.items()}


def _look(trial: Trial, recorder: Recorder, example: Mapping[str, Array]) -> Explanation | None:
    """Return how a property fails on one public example; None if it does not, or if nothing may be asked any more."""
    recorder.forget()
    outcome = trial.attempt(Student(recorder), example)
    if recorder.last is None or _is_over(recorder) or outcome.verdict not in FAILURES:
        return None
    function, arguments, answer = recorder.last
    shown = describe(function, arguments, recorder.parameters(function), answer, outcome.error)
    return Explanation(outcome, shown, str(getattr(outcome.error, "help", "")))


def _is_over(recorder: Recorder) -> bool:
    return recorder.last is not None and recorder.last[2].status in GIVEN_UP


def _agreed(first: Explanation, others: Iterable[Explanation | None]) -> str:
    """Return what most failures of one claim say to try, with the numbers of the smallest example that says it.

    Where as many say another thing, the larger example counts.
    """
    alike = [first, *(other for other in others if other is not None and _claim(other) == _claim(first))]
    said = [_NUMBER.sub("#", explanation.help) for explanation in alike]
    counts = Counter(said)
    chosen = max(reversed(said), key=lambda words: counts[words])
    return alike[said.index(chosen)].help


def _claim(found: Explanation) -> tuple[str, ...] | None:
    """Return what was measured, as a set of signs: X M - I and M X - I are two sides of one claim."""
    error = found.outcome.error
    return tuple(sorted(error.quantity)) if isinstance(error, PropertyFailed) else None


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
    def attempt(**drawn: Array) -> None:
        nonlocal calls
        calls += 1
        if calls > GENERATED_CALLS:
            return
        example = _without_signed_zeros(drawn)
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
