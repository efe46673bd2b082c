"""Gradescope: ``results.json``, with the visibility that the course wants, and a limit of submissions a day.

Settings come from the environment, where ``run_autograder`` puts them:
``STEEPEST_METADATA`` the path of ``submission_metadata.json``; ``STEEPEST_VISIBILITY`` one of Gradescope's four words,
or ``due_date`` for *shown at once in practice, after the due date if the exam is the real one*;
``STEEPEST_PER_DAY`` how many submissions are graded in 24 hours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from steepest.model import GradeReport, PropertyResult, Verdict
from steepest.outputs.cards import exercises
from steepest.outputs.clean import cleaned
from steepest.outputs.plain import explanation
from steepest.outputs.target import Files, OutputFile, Target, Writer
from steepest.outputs.words import short_name
from steepest.text import one_line

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
DAY = timedelta(hours=24)
PLACE_HOLDER = "NOT GRADED. The 0 is only a place holder, not your score: the grader did not get to an end."
MAX_METADATA_BYTES = 16 << 20


def files(report: GradeReport, target: Target) -> Files:
    """Return ``results.json``."""
    data = render_gradescope(report, visibility(target.environment, _metadata(target), secret_exam=target.secret_exam))
    return (OutputFile(target.folder / "results.json", data),)


def instead(target: Target) -> Files | None:
    """Return the previous results once more if the limit of submissions a day is reached; else None."""
    per_day = target.environment.get("STEEPEST_PER_DAY", "")
    metadata = _metadata(target)
    if not per_day.isdigit() or not limited(metadata, int(per_day)):
        return None
    return (OutputFile(target.folder / "results.json", repeated(metadata, int(per_day))),)


def render_gradescope(report: GradeReport, visibility: str = "visible") -> bytes:
    """Return the results of a report; ``visibility`` is one of `VISIBILITIES` and holds for every test.

    A fault gives 0 points, because Gradescope has no word for *no score*; its text says so first.
    """
    report = cleaned(report)
    record: dict[str, Any] = {
        "score": 0 if report.needs_human else _points(report.points),
        "output": _lines([PLACE_HOLDER, report.fault or ""] if report.needs_human else _notes(report)),
        "output_format": "text",
        "visibility": "visible" if report.needs_human else visibility,
        "stdout_visibility": "hidden",
        "extra_data": _extra(report),
        "tests": [] if report.needs_human else _tests(report),
    }
    return _dumped(record)


def visibility(environment: Mapping[str, str], metadata: Mapping[str, Any], *, secret_exam: bool) -> str:
    """Return the word for when students see the tests; what was set wrongly hides rather than shows."""
    wanted = environment.get("STEEPEST_VISIBILITY", "visible")
    if wanted == "due_date":
        # Without a due date `after_due_date` would hide the score for good.
        due = _mapping(metadata.get("assignment")).get("due_date")
        return "after_due_date" if secret_exam and due else "visible"
    return wanted if wanted in VISIBILITIES else "hidden"


def limited(metadata: Mapping[str, Any], per_day: int) -> bool:
    """Return whether ``per_day`` submissions were graded in the 24 hours before this one.

    Only times that the platform wrote are compared, so that grading the same submission again decides alike. Earlier
    submissions that were refused themselves, or that the grader failed on, do not count.
    """
    now = _time(metadata.get("created_at"))
    if now is None:
        return False
    times = (_time(entry.get("submission_time")) for entry in _counted(metadata))
    return sum(time is not None and now - DAY < time <= now for time in times) >= per_day


def repeated(metadata: Mapping[str, Any], per_day: int) -> bytes:
    """Return the results of the latest submission that has some, with a word on why they are repeated."""
    words = (
        f"NOT GRADED AGAIN: {per_day} submissions are graded in 24 hours, and you have used them up. "
        "What you see is the result of your previous submission. Submit again later."
    )
    entries = [_mapping(entry) for entry in _list(metadata.get("previous_submissions"))]
    found = [results for entry in entries if (results := _mapping(entry.get("results")))]
    previous = found[-1] if found else {"score": 0, "tests": []}
    earlier = str(previous.get("output") or "")
    output = earlier if earlier.startswith(words) else _lines([words, earlier])
    extra = {**_mapping(previous.get("extra_data")), "limited": True}
    # `leaderboard`, `tests` and their visibility stay as they were.
    return _dumped({**previous, "output": output, "extra_data": extra})


def _counted(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries = [_mapping(entry) for entry in _list(metadata.get("previous_submissions"))]
    return [
        entry
        for entry in entries
        if not entry.get("autograder_error")
        and not (extra := _mapping(_mapping(entry.get("results")).get("extra_data"))).get("limited")
        and extra.get("graded") is not False
    ]


def _tests(report: GradeReport) -> list[dict[str, Any]]:
    return [
        _test(f"{chapter}.{place}", result)
        for chapter, exercise in enumerate(exercises(report), 1)
        for place, result in enumerate(exercise.results, 1)
    ]


def _test(number: str, result: PropertyResult) -> dict[str, Any]:
    passed = result.verdict is Verdict.PASSED
    return {
        "number": number,
        "name": f"{one_line(result.exercise, 60)}: {one_line(result.title or short_name(result))}",
        "score": _points(result.points),
        "max_score": _points(result.max_points),
        "status": "passed" if passed else "failed",
        "output": "" if passed else explanation(result),
        "output_format": "text",
        "tags": [result.exercise, result.verdict.value],
    }


def _notes(report: GradeReport) -> list[str]:
    return [*report.notes, *(f"Cell {note.cell}: {note.text}" for note in report.cells)]


def _extra(report: GradeReport) -> dict[str, Any]:
    provenance = report.provenance
    return {
        "graded": not report.needs_human,
        "exam_sha256": provenance.exam_sha256,
        "properties_sha256": provenance.properties_sha256,
        "judging_sha256": provenance.judging_sha256 or "",
        "notebook_sha256": provenance.notebook_sha256,
        "device": provenance.device,
        "walls": list(provenance.walls),
        "versions": dict(provenance.versions),
    }


def _metadata(target: Target) -> Mapping[str, Any]:
    """Return what the platform says of the submission; nothing if it says nothing that can be read."""
    path = target.environment.get("STEEPEST_METADATA")
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            return _mapping(json.loads(file.read(MAX_METADATA_BYTES), parse_constant=lambda _: None))
    except (OSError, ValueError, RecursionError):
        return {}


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is not None and time.tzinfo is not None else None


def _points(hundredths: int) -> int | float:
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def _lines(texts: list[str]) -> str:
    return "\n".join(text for text in texts if text)


def _dumped(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=True, allow_nan=False, indent=1).encode("ascii") + b"\n"


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


WRITER = Writer(files, instead=instead)
