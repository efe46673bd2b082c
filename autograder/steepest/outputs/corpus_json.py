"""confusion.json: which property fired for which file on which exam, in bytes that depend on nothing but that.

``docs/corpus.md`` documents every field.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from steepest.confusion import (
    Confusion,
    Example,
    Firing,
    Kind,
    Regression,
    Row,
    firings,
    regressions,
    smallest_examples,
    survivors,
)
from steepest.model import points_text

CORPUS_SCHEMA = "steepest/corpus/v1"


def dump_confusions(confusions: Sequence[Confusion]) -> bytes:
    """Return the bytes of confusion.json: ASCII, keys in a fixed order, a line feed at the end."""
    record = {"schema": CORPUS_SCHEMA, "assignments": [_assignment(confusion) for confusion in confusions]}
    return json.dumps(record, allow_nan=False, ensure_ascii=True, indent=1).encode("ascii") + b"\n"


def _assignment(confusion: Confusion) -> dict[str, Any]:
    examples = smallest_examples(confusion)
    return {
        "id": confusion.assignment,
        "title": confusion.title,
        "exams": [{"number": number, "sha256": digest} for number, digest in confusion.exams],
        "figures": figures(confusion),
        "properties": [_property(firing) for firing in firings(confusion)],
        "files": [_file(row, examples) for row in confusion.rows],
        "regressions": [_regression(found) for found in regressions(confusion)],
    }


def figures(confusion: Confusion) -> dict[str, int]:
    """Return the sums that a person asks for first, by name."""
    wheats, chaffs = confusion.of(Kind.WHEAT), confusion.of(Kind.CHAFF)
    wrong = {(found.file.kind, found.file.name) for found in regressions(confusion)}
    examples = smallest_examples(confusion)
    shown = [example for example in examples.values() if example is not None]
    return {
        "wheats": len(wheats),
        "wheat_runs": sum(len(row.runs) for row in wheats),
        "wheat_runs_that_lost": sum(not all(map(row.file.may_end, run.marks)) for row in wheats for run in row.runs),
        "chaffs": len(chaffs),
        "chaff_runs": sum(len(row.runs) for row in chaffs),
        "chaffs_caught_as_named_in_every_exam": sum((Kind.CHAFF, row.file.name) not in wrong for row in chaffs),
        "chaffs_that_kept_every_point_in_some_exam": len(survivors(confusion)),
        "chaffs_with_a_counterexample": len(shown),
        "counterexamples_of_at_most_2_rows_and_2_digits": sum(one.rows <= 2 and one.digits <= 2 for one in shown),
        "faults": sum(bool(run.fault) for row in confusion.rows for run in row.runs),
    }


def _property(firing: Firing) -> dict[str, Any]:
    info = firing.info
    return {
        "name": info.name,
        "title": info.title,
        "exercise": info.exercise,
        "max_points": float(points_text(info.max_points)),
        "needs": info.needs or None,
        "named_by": firing.named_by,
        "fired_for": firing.fired_for,
        "alone_for": firing.alone_for,
        "fired_only_together_with": list(firing.with_it),
    }


def _file(row: Row, examples: dict[str, Example | None]) -> dict[str, Any]:
    file = row.file
    example = examples.get(file.name) if file.kind is Kind.CHAFF else None
    return {
        "kind": file.kind.value,
        "name": file.name,
        "about": file.about,
        "breaks": file.breaks or None,
        "fires": list(file.fires),
        "lacks": list(file.lacks),
        "counterexample": None if example is None else {"rows": example.rows, "digits": example.digits},
        "runs": [
            {
                "exam": run.exam,
                "marks": "".join(mark.value for mark in run.marks),
                "points": None if run.fault else float(points_text(run.points)),
                "fault": run.fault or None,
            }
            for run in row.runs
        ],
    }


def _regression(found: Regression) -> dict[str, Any]:
    return {"kind": found.file.kind.value, "name": found.file.name, "text": found.text, "exams": list(found.exams)}
