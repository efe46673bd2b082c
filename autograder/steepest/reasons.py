"""Why a submission is graded, though there may be a report on it already: the words that people read, in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import Enum

from steepest.model import Provenance


class Reason(Enum):
    """Why a submission is graded, and not left with the report that it has."""

    NEW = "new"
    DAMAGED = "report damaged"
    FAULT = "earlier fault"
    NOTEBOOK = "notebook"
    PROPERTIES = "properties"
    KIT = "kit"
    EXAM = "exam"
    LIMITS = "limits"
    WALLS = "walls"
    DEVICE = "device"
    VERSIONS = "versions"
    FORCED = "--force"

    @property
    def sentence(self) -> str:
        """Return the sentence that tells an instructor what this reason means."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.NEW: "There is no report yet.",
    Reason.DAMAGED: "There is a report, and it cannot be read.",
    Reason.FAULT: "The grader failed last time, so there is no score.",
    Reason.NOTEBOOK: "Another notebook was handed in.",
    Reason.PROPERTIES: "The file with the properties was edited.",
    Reason.KIT: (
        "Code that judges was edited: the kit's, or a module that the properties import. Reports of a kit that did not "
        "record this code count as edited."
    ),
    Reason.EXAM: "Another exam was drawn.",
    Reason.LIMITS: "Limits in course.yml are other ones.",
    Reason.WALLS: "Other walls of the sandbox stand on this machine.",
    Reason.DEVICE: "Submissions run on another device.",
    Reason.VERSIONS: "Python or a library has another version.",
    Reason.FORCED: "You asked for it.",
}

SUBMISSION = frozenset({Reason.NEW, Reason.DAMAGED, Reason.FAULT, Reason.NOTEBOOK})
"""Reasons that lie in the submission: what was handed in has no score yet. All others lie in the course or the kit."""


def is_for_the_submission(reasons: Collection[Reason]) -> bool:
    """Return whether a submission has to be graded whatever became of the course and the kit."""
    return not SUBMISSION.isdisjoint(reasons)


def differences(before: Provenance, now: Provenance) -> tuple[Reason, ...]:
    """Return what decides a score and is another one now."""
    return tuple(_differences(before, now))


def _differences(before: Provenance, now: Provenance) -> Iterator[Reason]:
    pairs = {
        Reason.NOTEBOOK: (before.notebook_sha256, now.notebook_sha256),
        Reason.PROPERTIES: (before.properties_sha256, now.properties_sha256),
        Reason.KIT: (before.judging_sha256, now.judging_sha256),
        Reason.EXAM: (before.exam_sha256, now.exam_sha256),
        Reason.LIMITS: (before.limits, now.limits),
        Reason.WALLS: (before.walls, now.walls),
        Reason.DEVICE: (before.device, now.device),
        Reason.VERSIONS: (_libraries(before), _libraries(now)),
    }
    yield from (reason for reason, (old, new) in pairs.items() if old != new)


def _libraries(provenance: Provenance) -> dict[str, str]:
    """Return the versions of all but the kit, whose judging code has a digest of its own."""
    return {name: version for name, version in provenance.versions if name != "steepest"}


def words(reasons: Collection[Reason]) -> str:
    """Return reasons in a line: ``kit, versions``."""
    return ", ".join(reason.value for reason in reasons)
