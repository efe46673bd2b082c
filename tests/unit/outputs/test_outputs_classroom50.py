"""Classroom 50's ``result.json`` meets the platform's schema and the rules that its code adds to it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from steepest.model import GradeReport
from steepest.outputs.classroom50 import files, render_classroom50
from steepest.outputs.target import Target

TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
TEST = {
    "type": "object",
    "required": ["test-name", "passed", "score", "max-score"],
    "properties": {"test-name": TEXT, "passed": {"type": "boolean"}, "score": COUNT, "max-score": COUNT},
}
# After schemas/result-v1.schema.json of foundation50/classroom50: what it demands, in our own order.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release"),
        *("review", "datetime", "score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(["classroom", "assignment", "owner", "commit", "release", "review"], TEXT),
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"},
        "score": COUNT,
        "max-score": COUNT,
        "tests": {"type": "array", "items": TEST},
    },
}
ENVIRONMENT = {
    "CLASSROOM": "la-2027",
    "ASSIGNMENT": "inverse-1",
    "OWNER": "noether",
    "SUBMISSION_TAG": "submit/2027-02-01T10-00-00Z-abc1234",
    "COMMIT_URL": "https://example.org/c/abc1234",
}


def result(report: GradeReport, environment: dict[str, str]) -> dict[str, Any]:
    """Return the document, after everything that the platform checks."""
    data = render_classroom50(report, environment)
    assert not data.startswith(b"\xef\xbb\xbf")
    record: dict[str, Any] = json.loads(data)
    jsonschema.validate(record, SCHEMA)
    for part in (record, *record["tests"]):
        assert type(part["score"]) is int
        assert type(part["max-score"]) is int
        assert part["score"] <= part["max-score"]
    return record


@pytest.mark.parametrize("environment", [{}, ENVIRONMENT])
@pytest.mark.parametrize("name", ["report", "perfect", "fault", "hostile"])
def test_every_report_meets_the_schema(name: str, environment: dict[str, str], request: pytest.FixtureRequest) -> None:
    result(request.getfixturevalue(name), environment)


def test_scores_are_hundredths_and_say_so(report: GradeReport) -> None:
    record = result(report, ENVIRONMENT)
    assert (record["score"], record["max-score"]) == (2700, 3600)
    assert sum(test["score"] for test in record["tests"]) == 2700
    assert all(test["test-name"].endswith("(1/100 points)") for test in record["tests"])


def test_what_the_runner_says_of_itself_is_copied(report: GradeReport) -> None:
    record = result(report, ENVIRONMENT)
    assert record["classroom"] == "la-2027"
    assert record["assignment"] == "inverse-1"
    assert record["datetime"] == "2027-02-01T10:00:00Z"
    assert record["release"] == record["review"] == record["commit"] == "https://example.org/c/abc1234"


def test_a_fault_is_a_failed_test_with_its_cause_and_never_no_test(fault: GradeReport) -> None:
    record = result(fault, ENVIRONMENT)
    (only,) = record["tests"]
    assert not only["passed"]
    assert "KeyError" in only["message"]


def test_the_file_lies_in_the_checkout_whatever_the_folder_for_results(report: GradeReport) -> None:
    (file,) = files(report, Target(Path("elsewhere"), Path("checkout")))
    assert file.path == Path("checkout/result.json")


def test_the_same_report_gives_the_same_bytes(report: GradeReport) -> None:
    assert render_classroom50(report, ENVIRONMENT) == render_classroom50(replace(report), ENVIRONMENT)
