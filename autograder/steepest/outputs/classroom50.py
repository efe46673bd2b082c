"""Classroom 50: ``result.json`` in the student's checkout, schema ``classroom50/result/v1``.

Its scores are whole numbers, so they count hundredths of a point, and each test says so in its name. Who and when is
overwritten by the runner; what it says of itself in its environment is copied.

Source: foundation50/classroom50, schemas/result-v1.schema.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from steepest.model import GradeReport, PropertyResult, Verdict
from steepest.outputs.clean import cleaned
from steepest.outputs.plain import explanation
from steepest.outputs.target import Files, OutputFile, Target, Writer
from steepest.text import one_line

SCHEMA = "classroom50/result/v1"
UNIT = "(1/100 points)"
_TAG = re.compile(r"submit/(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z")
_NO_DATE = "1970-01-01T00:00:00Z"
_NO_ADDRESS = "unknown"


def files(report: GradeReport, target: Target) -> Files:
    """Return ``result.json``, which the runner looks for in the folder that it was started in."""
    return (OutputFile(target.checkout / "result.json", render_classroom50(report, target.environment)),)


def render_classroom50(report: GradeReport, environment: Mapping[str, str]) -> bytes:
    """Return the result document; a fault becomes one failed test, and the exit code tells it from a zero."""
    report = cleaned(report)
    commit = environment.get("COMMIT_URL") or _NO_ADDRESS
    tag = environment.get("SUBMISSION_TAG") or "submit/local"
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "classroom": environment.get("CLASSROOM") or "local",
        "assignment": environment.get("ASSIGNMENT") or report.assignment,
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment.get("OWNER") or environment.get("USERNAME") or report.student,
        "submission": tag if tag.startswith("submit/") else f"submit/{tag}",
        "commit": commit,
        "release": environment.get("RELEASE_URL") or commit,
        "review": environment.get("REVIEW_URL") or commit,
        "datetime": _date(tag),
        "score": 0 if report.needs_human else report.points,
        "max-score": 0 if report.needs_human else report.max_points,
        "tests": _tests(report),
    }
    return json.dumps(record, ensure_ascii=True, allow_nan=False, indent=1).encode("ascii") + b"\n"


def _tests(report: GradeReport) -> list[dict[str, Any]]:
    """Return the tests; the first one carries the notes, since the platform has no place for them but extra keys."""
    if report.needs_human:
        return [_not_graded(report)]
    tests = [_test(result) for result in report.properties]
    notes = [*report.notes, *(f"Cell {note.cell}: {note.text}" for note in report.cells)]
    return [{**tests[0], "notes": notes}, *tests[1:]] if tests and notes else tests


def _test(result: PropertyResult) -> dict[str, Any]:
    passed = result.verdict is Verdict.PASSED
    return {
        "test-name": f"{one_line(result.title or result.name, 150)} {UNIT}",
        "passed": passed,
        "score": result.points,
        "max-score": result.max_points,
        "exercise": result.exercise,
        "message": "" if passed else explanation(result),
    }


def _not_graded(report: GradeReport) -> dict[str, Any]:
    return {"test-name": "not graded", "passed": False, "score": 0, "max-score": 0, "message": report.fault or ""}


def _date(tag: str) -> str:
    """Return the time of the submission as its tag has it: a clock would change the file at every regrade."""
    found = _TAG.match(tag)
    return f"{found[1]}T{found[2]}:{found[3]}:{found[4]}Z" if found else _NO_DATE


WRITER = Writer(files)
