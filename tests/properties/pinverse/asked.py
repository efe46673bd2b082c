"""The properties of test_pinverse.py, and what a submission earns with the failures that it has."""

from __future__ import annotations

from pathlib import Path

from steepest.errors import GateFailed, PropertyFailed

from ..exam import Failure, Property, load_properties

FILE = Path(__file__).parents[3] / "assignments" / "pinverse" / "test_pinverse.py"
PROPERTIES: dict[str, Property] = {one.name: one for one in load_properties(FILE)}
DESCENT = "three_steps_are_only_three_steps"


def earned(failures: dict[str, Failure], *exercises: str) -> float:
    """Return the points of a submission: of what holds, as far as what it needs did not fail."""
    failed = {name for name, failure in failures.items() if isinstance(failure, (PropertyFailed, GateFailed))}
    return sum(
        one.points
        for one in PROPERTIES.values()
        if one.name not in failures and one.needs not in failed and (not exercises or one.exercise in exercises)
    )
