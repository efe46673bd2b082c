"""JUnit files: read back by two readers, and built like those that pytest writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml, Properties, TestCase

from steepest.model import GradeReport, Verdict, points_text
from steepest.outputs.junit import render_junit

PYTEST_FILE = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError

@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped"])
def test_it(request, outcome):
    request.node.user_properties.append(("points", "3.5"))
    if outcome == "skipped":
        pytest.skip("no")
    assert outcome == "passed"

def test_error(broken):
    pass
"""


def shape(data: bytes) -> dict[str, set[str]]:
    """Return which attributes each kind of element has, and as ``in <parent>`` where it stands."""
    found: dict[str, set[str]] = {}
    for parent in ElementTree.fromstring(data).iter():
        found.setdefault(parent.tag, set()).update(parent.attrib)
        for child in parent:
            found.setdefault(child.tag, set()).add(f"in {parent.tag}")
    return found


@pytest.mark.slow
def test_the_file_is_built_like_those_of_pytest(report: GradeReport, fault: GradeReport, tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(PYTEST_FILE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=a.xml", "test_a.py"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
    theirs = shape((tmp_path / "a.xml").read_bytes())
    theirs["properties"] |= {"in testsuite"}  # record_testsuite_property
    theirs["testsuites"] |= {"tests", "failures", "errors", "skipped", "time"}
    for ending in ("error", "failure"):
        theirs[ending] |= {"type"}  # pytest writes it for skipped only, junit-10.xsd has it for all three
    theirs["system-out"] = {"in testcase", "in testsuite"}
    for data in (render_junit(report), render_junit(fault)):
        for tag, details in shape(data).items():
            assert details <= theirs[tag], tag


def test_a_reader_finds_points_verdicts_and_sums(report: GradeReport) -> None:
    (suite,) = JUnitXml.fromstring(render_junit(report).decode())
    cases = list(suite)
    points = {p.name: p.value for p in suite.properties()}
    assert (points["points"], points["max_points"], points["graded"]) == ("27", "36", "true")
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (17, 3, 1, 1)
    for case, result in zip(cases, report.properties, strict=True):
        assert isinstance(case, TestCase)
        own = {p.name: p.value for p in case.child(Properties)}
        assert own["points"] == points_text(result.points)
        assert own["max_points"] == points_text(result.max_points)
        assert case.is_passed == (result.verdict is Verdict.PASSED)


def test_a_fault_is_an_error_and_no_score(fault: GradeReport) -> None:
    (suite,) = JUnitXml.fromstring(render_junit(fault).decode())
    assert (suite.tests, suite.errors) == (1, 1)
    assert "points" not in {p.name for p in suite.properties()}
    assert "KeyError" in render_junit(fault).decode()


@pytest.mark.parametrize("name", ["hostile", "report", "perfect", "fault"])
def test_every_report_is_well_formed_whatever_it_holds(name: str, request: pytest.FixtureRequest) -> None:
    data = render_junit(request.getfixturevalue(name))
    assert ElementTree.fromstring(data).tag == "testsuites"
    assert not {byte for byte in data if byte < 32} - {9, 10}


def test_the_same_report_gives_the_same_bytes(report: GradeReport) -> None:
    assert render_junit(report) == render_junit(report)
