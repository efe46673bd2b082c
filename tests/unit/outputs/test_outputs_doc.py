"""docs/report-format.md says what report.json holds: no field more, no field less, in the same order."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from steepest import model
from steepest.model import GradeReport, Verdict
from steepest.outputs.report_json import dump_report, load_report
from steepest.text import TEXT_LIMIT

DOC = Path(__file__).parents[3] / "docs" / "report-format.md"
SECTIONS: dict[str, type[Any]] = {
    "The report": model.GradeReport,
    "A property": model.PropertyResult,
    "A measurement": model.Measurement,
    "A counterexample": model.Counterexample,
    "A heat map": model.HeatMap,
    "A curve": model.Curve,
    "A cell note": model.CellNote,
    "Provenance": model.Provenance,
}


def table(section: str) -> list[tuple[str, ...]]:
    """Return the rows of a section's table: field, type, meaning, who decides."""
    body = DOC.read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in body.splitlines() if line.startswith("| `")]
    return [tuple(cell.strip() for cell in row) for row in rows]


def names(section: str) -> list[str]:
    """Return the fields that a section documents."""
    return [row[0].strip("`") for row in table(section)]


@pytest.mark.parametrize(("section", "record"), SECTIONS.items(), ids=list(SECTIONS))
def test_the_page_documents_exactly_the_fields_of_the_model(section: str, record: type[Any]) -> None:
    derived = {model.GradeReport: {"points", "max_points", "needs_human"}, model.Counterexample: {"tensors"}}
    own = {field.name for field in fields(record) if field.compare}  # what is not compared has a file of its own
    assert sorted(names(section)) == sorted(own | derived.get(record, set()))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_has_a_type_a_meaning_and_someone_who_decides(section: str) -> None:
    for row in table(section):
        assert len(row) == 4, row[0]
        assert all(row), row[0]
        assert re.search(r"kit|course|student", row[3]), row[0]


def test_the_page_keeps_the_order_of_the_file(report: GradeReport) -> None:
    record = json.loads(dump_report(report))
    failed = next(result for result in record["properties"] if result["counterexample"] and result["measurement"])
    assert names("The report") == list(record)
    assert names("A property") == list(failed)
    assert names("A counterexample") == list(failed["counterexample"])
    assert names("A measurement") == list(failed["measurement"])
    assert names("Provenance") == list(record["provenance"])


def test_the_page_names_every_verdict_and_limit() -> None:
    text = DOC.read_text()
    for verdict in Verdict:
        assert f"`{verdict.value}`" in text
    assert f"{TEXT_LIMIT:,} characters" in text
    assert model.REPORT_SCHEMA in text


def test_the_example_is_a_report_as_the_kit_writes_it() -> None:
    example = DOC.read_text().split("```json\n")[1].split("```")[0].encode()
    assert dump_report(load_report(example)) == example
