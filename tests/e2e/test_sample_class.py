"""The sample class through the real path: each verdict is what a fair grader says, as examples/expected.yml has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from steepest.course import load_course
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.model import Verdict
from steepest.plugin import all_families, collect_properties
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls
from tests.e2e.conftest import ROOT

EXPECTED = yaml.safe_load((ROOT / "examples" / "expected.yml").read_text())
QUICK = {"cardano", "cauchy", "fermat", "galois", "germain", "leibniz", "lhopital", "lovelace"}
"""Right, wrong, sloppy and cheating, with code that takes little time; `make demo` grades the whole class."""


@pytest.fixture(scope="module")
def graded() -> Iterator[tuple[Paper, Zygote]]:
    """What grading the assignment needs, on the practice exam, with a zygote."""
    assignment = load_course(ROOT / "course.yml").assignment("inverse")
    exam = practice_exam(assignment.id, all_families(collect_properties(assignment.properties)))
    with Zygote() as zygote:
        yield Paper(assignment, exam, standing_walls()), zygote


@pytest.mark.slow
@pytest.mark.parametrize(
    "expected",
    [each for each in EXPECTED["submissions"] if each["student"] in QUICK],
    ids=lambda each: each["student"],
)
def test_a_sample_is_graded_as_a_fair_grader_would(graded: tuple[Paper, Zygote], expected: dict[str, Any]) -> None:
    paper, zygote = graded
    student = expected["student"]
    (path,) = Path(ROOT / "examples" / "submitted" / student / "inverse").glob("*.ipynb")
    report = grade(paper, student, path.read_bytes(), zygote)
    assert report.fault is None
    passed = {result.name for result in report.properties if result.verdict is Verdict.PASSED}
    assert set(expected["must_pass"]) <= passed
    assert passed.isdisjoint(expected["must_fail"])
    least, most = expected["score"]
    assert least <= report.points / 100 <= most
