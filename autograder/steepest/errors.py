"""The exception tree: every error of the kit derives from SteepestError and builds its text from facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class SteepestError(Exception):
    """The base of every error that the kit raises on purpose; its text is fit to be shown as it is."""


@dataclass(frozen=True)
class Problem:
    """One mistake in an input file: where it stands, what stands there, and the way out."""

    where: str
    value: str
    way_out: str

    def __str__(self) -> str:
        return f"{self.where} = {self.value}: {self.way_out}"


class CourseError(SteepestError):
    """course.yml, or a file it names, is not usable; all mistakes are reported at once."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, problems)  # pickle makes the error anew from these

    def __str__(self) -> str:
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        return "\n".join([f"{self.source}: {count}", *(f"  {problem}" for problem in self.problems)])


class NotebookError(SteepestError):
    """A submitted file cannot be read as a notebook; the text says what is wrong and what to hand in instead."""

    def __init__(self, reason: str, way_out: str) -> None:
        self.reason = reason
        self.way_out = way_out
        super().__init__(reason, way_out)  # pickle makes the error anew from these: it is handed to judges

    def __str__(self) -> str:
        return f"{self.reason}. Try: {self.way_out}"


class ExamError(SteepestError):
    """The exam is missing, damaged, or does not belong to the properties."""


class ReleaseError(SteepestError):
    """An assignment could not be released to students."""


class GradebookError(SteepestError):
    """nbgrader's gradebook cannot be used as it is; nothing was changed in it."""


class SandboxUnavailableError(SteepestError):
    """Too few walls stand on this machine to run untrusted code."""


class GraderFault(SteepestError):
    """The kit failed, not the student: never published as a score, retried once, then queued for a human."""


class NotServed(GraderFault):
    """The machine did not let a submission run, so nothing can be said about it; a later grading tries it again."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)  # pickle makes the error anew from it

    def __str__(self) -> str:
        return f"this machine is too busy to grade the submission: {self.what}. Try: grade it again, with fewer --jobs"


MAX_CURVE_POINTS = 400
"""What is kept of a curve: a submission chooses how long its losses are, and nobody looks at more."""


class PropertyFailed(AssertionError):
    """A property does not hold for what a student's function returned.

    Args:
        quantity: What was measured, as a formula a student can read, such as ``max |X M - I|``.
        value: The measured number. NaN counts as a failure.
        bound: The largest number that is allowed (the smallest, if ``at_least``).
        help: What to try, one or two sentences.
        at_least: True when ``value`` had to reach ``bound`` from above.
        heat_map: A matrix to draw, such as X M - I, with its title.
        curves: Named curves to draw over the steps, such as losses and the predicted losses.
    """

    def __init__(
        self,
        quantity: str,
        value: float,
        bound: float,
        *,
        help: str = "",
        at_least: bool = False,
        heat_map: tuple[str, Any] | None = None,
        curves: dict[str, Any] | None = None,
    ) -> None:
        self.quantity = quantity
        self.value = float(value)
        self.bound = float(bound)
        self.help = help
        self.at_least = at_least
        self.heat_map = heat_map
        self.curves = curves and {name: tuple(values[:MAX_CURVE_POINTS]) for name, values in curves.items()}
        relation = "at least" if at_least else "at most"
        super().__init__(f"{quantity} = {self.value:.3g}, allowed: {relation} {self.bound:.3g}")
        if help:
            self.add_note(f"Try: {help}")


class GateFailed(AssertionError):
    """An answer has the wrong kind, shape or dtype, or is not finite, so nothing was measured.

    Args:
        got: What came back, in words built from facts (``a tensor of shape (1, 3, 3)``).
        expected: What was expected, in the same words.
        help: What to try.
    """

    def __init__(self, got: str, expected: str, help: str) -> None:
        self.got = got
        self.expected = expected
        self.help = help
        super().__init__(f"got {got}, expected {expected}")
        self.add_note(f"Try: {help}")


class CallFailed(Exception):
    """A student's function gave no answer: it is missing, raised, ran out of time, or its process ended.

    Args:
        function: The function that was asked.
        verdict: The name of the verdict that follows.
        status: How the call ended, a member of ``steepest.answers.CallStatus``.
        message: What happened, with the student's own words cleaned.
        help: What to try.
        detail: The cleaned error text, ``ValueError: ...``, if the function raised.
    """

    def __init__(
        self, function: str, *, verdict: str, status: object, message: str, help: str, detail: str = ""
    ) -> None:
        self.function = function
        self.verdict = verdict
        self.status = status
        self.message = message
        self.help = help
        self.detail = detail
        super().__init__(message)
        self.add_note(f"Try: {help}")
