"""The reference, asked like any student, has every property of the assignment."""

from __future__ import annotations

import pytest

from steepest.course import load_course
from steepest.exam import draw_exam
from steepest.model import Verdict
from steepest.plugin import all_families, collect_properties, replay
from steepest.sandbox.inprocess import NamespaceCaller
from tests.e2e.conftest import ROOT
from tests.unit.reference import adapter


@pytest.mark.slow
@pytest.mark.parametrize("secret", [b"one secret of the tests", b"another secret of the tests"])
def test_the_reference_has_every_property_of_the_inverse(secret: bytes) -> None:
    assignment = load_course(ROOT / "course.yml").assignment("inverse")
    exam = draw_exam("inverse", all_families(collect_properties(assignment.properties)), secret)
    tried = replay(assignment.properties, NamespaceCaller(vars(adapter)), exam)
    verdicts = {each.trial.info.name: [outcome.verdict for _, outcome in each.outcomes] for each in tried}
    assert verdicts
    assert all(verdict is Verdict.PASSED for outcomes in verdicts.values() for verdict in outcomes), verdicts
