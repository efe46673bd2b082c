"""Gradescope's ``results.json``: its documented fields, when students see what, and how often a day they are graded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from steepest.model import GradeReport
from steepest.outputs import gradescope
from steepest.outputs.target import Target

NUMBER, STRING = {"type": "number"}, {"type": "string"}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": list(gradescope.VISIBILITIES)}
TEST = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(["score", "max_score"], NUMBER),
        "status": {"enum": ["passed", "failed"]},
        **dict.fromkeys(["name", "number", "output"], STRING),
        **dict.fromkeys(["name_format", "output_format"], FORMAT),
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": VISIBILITY,
        "extra_data": {"type": "object"},
    },
}
# The fields of autograder_samples, docs/specs.md.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["score"]}, {"required": ["tests"]}],
    "properties": {
        **dict.fromkeys(["score", "execution_time"], NUMBER),
        "output": {"type": "string"},
        **dict.fromkeys(["output_format", "test_output_format", "test_name_format"], FORMAT),
        **dict.fromkeys(["visibility", "stdout_visibility"], VISIBILITY),
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": TEST},
        "leaderboard": {"type": "array"},
    },
}


def metadata(created_at: str, *times: str, results: dict[str, Any] | None = None, **assignment: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what the platform says of a submission and of earlier ones."""
    previous: list[dict[str, Any]] = [
        {"submission_time": time, "score": "1.0", "autograder_error": False} for time in times
    ]
    if previous and results is not None:
        previous[-1]["results"] = results
    return {"created_at": created_at, "previous_submissions": previous, "assignment": assignment}


@pytest.mark.parametrize("visibility", gradescope.VISIBILITIES)
@pytest.mark.parametrize("name", ["report", "perfect", "fault", "hostile"])
def test_every_report_meets_the_documented_fields(name: str, visibility: str, request: pytest.FixtureRequest) -> None:
    data = gradescope.render_gradescope(request.getfixturevalue(name), visibility)
    record = json.loads(data)
    jsonschema.validate(record, SCHEMA)
    assert b"NaN" not in data
    assert "\r" not in json.dumps(record, ensure_ascii=False)


def test_the_score_is_the_sum_of_the_tests(report: GradeReport) -> None:
    record = json.loads(gradescope.render_gradescope(report))
    assert record["score"] == 27 == sum(test["score"] for test in record["tests"])
    assert sum(test["max_score"] for test in record["tests"]) == 36
    assert [test["number"] for test in record["tests"]][:3] == ["1.1", "1.2", "2.1"]


def test_a_fault_says_first_that_its_zero_is_no_score(fault: GradeReport) -> None:
    record = json.loads(gradescope.render_gradescope(fault, "hidden"))
    assert record["output"].startswith("NOT GRADED")
    assert "KeyError" in record["output"]
    assert record["visibility"] == "visible"
    assert record["extra_data"]["graded"] is False


@pytest.mark.parametrize(
    ("wanted", "secret_exam", "due", "seen"),
    [
        ("due_date", True, "2027-02-01T23:59:00+01:00", "after_due_date"),
        ("due_date", True, None, "visible"),
        ("due_date", False, "2027-02-01T23:59:00+01:00", "visible"),
        ("after_published", False, None, "after_published"),
        ("hiden", False, None, "hidden"),
    ],
)
def test_visibility_follows_setting_exam_and_due_date(
    wanted: str, secret_exam: bool, due: str | None, seen: str
) -> None:
    known = {"assignment": {"due_date": due}}
    assert gradescope.visibility({"STEEPEST_VISIBILITY": wanted}, known, secret_exam=secret_exam) == seen


def test_submissions_of_the_last_day_count_and_no_others() -> None:
    now = "2027-01-10T12:00:00.000000+01:00"
    assert gradescope.limited(metadata(now, "2027-01-10T08:00:00+01:00", "2027-01-09T13:00:00+01:00"), 2)
    assert not gradescope.limited(metadata(now, "2027-01-10T08:00:00+01:00", "2027-01-09T11:00:00+01:00"), 2)
    # The same instants, written in another time zone.
    assert gradescope.limited(metadata("2027-01-10T11:00:00Z", "2027-01-09T11:30:00+00:00"), 1)


def test_refused_and_broken_submissions_do_not_count() -> None:
    now, then = "2027-01-10T12:00:00Z", "2027-01-10T11:00:00Z"
    assert not gradescope.limited(metadata(now, then, results={"extra_data": {"limited": True}}), 1)
    assert not gradescope.limited(metadata(now, then, results={"extra_data": {"graded": False}}), 1)
    broken = metadata(now, then)
    broken["previous_submissions"][0]["autograder_error"] = True
    assert not gradescope.limited(broken, 1)


@pytest.mark.parametrize("known", [{}, {"created_at": "yesterday"}, {"created_at": 5, "previous_submissions": "x"}])
def test_metadata_that_says_nothing_limits_nothing(known: dict[str, Any]) -> None:
    assert not gradescope.limited(known, 1)


def test_a_limited_submission_repeats_the_previous_result_and_says_so(report: GradeReport, tmp_path: Path) -> None:
    previous = json.loads(gradescope.render_gradescope(report, "after_due_date"))
    path = tmp_path / "metadata.json"
    path.write_text(json.dumps(metadata("2027-01-10T12:00:00Z", "2027-01-10T11:00:00Z", results=previous)))
    target = Target(tmp_path, tmp_path, {"STEEPEST_METADATA": str(path), "STEEPEST_PER_DAY": "1"})
    found = gradescope.instead(target)
    assert found is not None
    record = json.loads(found[0].data)
    jsonschema.validate(record, SCHEMA)
    assert record["output"].startswith("NOT GRADED AGAIN: 1 submissions")
    assert record["tests"] == previous["tests"]
    assert record["visibility"] == "after_due_date"
    assert record["extra_data"]["limited"] is True
    more = replace(target, environment={**target.environment, "STEEPEST_PER_DAY": "2"})
    assert gradescope.instead(more) is None


def test_the_same_report_gives_the_same_bytes(report: GradeReport) -> None:
    assert gradescope.render_gradescope(report) == gradescope.render_gradescope(replace(report))
