"""report.json: the same bytes every time, nothing lost on the way, damage named, files written whole."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steepest.model import Curve, GradeReport, HeatMap, PropertyResult, Verdict
from steepest.outputs.report_json import ReportError, dump_report, load_report, write_atomic

REPORTS = ["report", "perfect", "fault", "hostile"]


@pytest.fixture(params=REPORTS)
def any_report(request: pytest.FixtureRequest) -> GradeReport:
    """Return each of the sample reports in turn."""
    found: GradeReport = request.getfixturevalue(request.param)
    return found


def test_dumping_a_loaded_report_gives_the_same_bytes(any_report: GradeReport) -> None:
    data = dump_report(any_report)
    assert dump_report(load_report(data)) == data


def test_an_ordinary_report_survives_the_round_trip(report: GradeReport) -> None:
    rounded = load_report(dump_report(report))
    assert replace(rounded, properties=()) == replace(report, properties=())
    assert [replace(r, counterexample=None) for r in rounded.properties] == [
        replace(r, counterexample=None) for r in report.properties
    ]


def test_a_file_is_plain_ascii_json_without_nan(any_report: GradeReport) -> None:
    data = dump_report(any_report)
    assert data.isascii()
    assert data.endswith(b"}\n")
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", data)

    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(data, parse_constant=refuse)


def test_keys_stand_in_a_fixed_order(report: GradeReport) -> None:
    assert list(json.loads(dump_report(report))) == [
        "schema",
        "assignment",
        "student",
        "fault",
        "points",
        "max_points",
        "needs_human",
        "properties",
        "notes",
        "cells",
        "provenance",
    ]


@given(points=st.integers(0, 10**7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_points_are_exact_decimals_and_come_back(report: GradeReport, points: int) -> None:
    result = replace(report.properties[0], points=points, max_points=points)
    data = dump_report(replace(report, properties=(result,)))
    written = re.search(rb'"points": ([0-9.]+)', data)
    assert written is not None
    whole, _, decimals = written[1].decode().partition(".")
    assert int(whole) * 100 + int(decimals.ljust(2, "0")) == points
    assert load_report(data).points == points


def test_a_fault_has_no_score_to_publish(fault: GradeReport) -> None:
    record = json.loads(dump_report(fault))
    assert (record["points"], record["max_points"], record["needs_human"]) == (None, None, True)
    assert load_report(dump_report(fault)).fault == fault.fault


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (-0.0, 0.0),
        (1 / 3, 0.333333),
        (123456789.0, 123457000.0),
        (1e-300, 1e-300),
    ],
)
def test_numbers_are_rounded_or_named(report: GradeReport, value: float, written: object) -> None:
    example = report.properties[3].counterexample
    assert example is not None
    shown = replace(example, heat_map=HeatMap("X", ((value,),)), curves=(Curve("losses", (value,)),))
    results = (replace(report.properties[3], counterexample=shown),)
    found = json.loads(dump_report(replace(report, properties=results)))["properties"][0]["counterexample"]
    assert found["heat_map"]["values"] == [[written]]
    assert found["curves"][0]["values"] == [written]
    assert str(found["heat_map"]["values"][0][0]) == str(written), "no negative zero"


def test_texts_are_cleaned_and_capped(hostile: GradeReport) -> None:
    record = json.loads(dump_report(hostile))
    assert "\x1b" not in json.dumps(record, ensure_ascii=False)
    assert record["notes"][1].endswith("[cut here: 100000 characters in all]")
    assert len(record["notes"][1]) == 4000


def test_a_field_of_a_later_minor_version_is_ignored(report: GradeReport) -> None:
    record = json.loads(dump_report(report))
    record["weather"] = "fine"
    record["properties"][0]["colour"] = {"red": 1}
    assert dump_report(load_report(json.dumps(record).encode())) == dump_report(report)


def test_a_report_from_before_the_judging_digest_keeps_its_bytes(report: GradeReport) -> None:
    older = dump_report(replace(report, provenance=replace(report.provenance, judging_sha256=None)))
    assert b"judging_sha256" not in older
    assert load_report(older).provenance.judging_sha256 is None
    assert dump_report(load_report(older)) == older
    assert b"judging_sha256" in dump_report(report)


def edit(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """Return a function that damages the bytes of a report by changing its record."""

    def damaged(data: bytes) -> bytes:
        record: dict[str, Any] = json.loads(data)
        change(record)
        return json.dumps(record).encode()

    return damaged


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[: len(data) // 2], "not JSON"),
        (lambda data: b"", "not JSON"),
        (lambda data: b"\xef\xbb\xbf" + data, "not JSON"),
        (lambda data: b"\xff\xfe", "not JSON"),
        (lambda data: b"[" * 100_000, "not JSON"),
        (lambda data: b"[]", "not a JSON object"),
        (
            lambda data: data.replace(b'"nondeterministic": true', b'"nondeterministic": NaN'),
            "NaN is not a JSON number",
        ),
        (lambda data: data.replace(b'"fault": null', b'"fault": null, "fault": null'), "stands twice"),
        (edit(lambda r: r.update(schema="steepest/report/v2")), "schema = 'steepest/report/v2'"),
        (edit(lambda r: r.pop("schema")), "schema = None"),
        (edit(lambda r: r.pop("provenance")), "provenance"),
        (edit(lambda r: r.update(properties="none")), "properties"),
        (edit(lambda r: r["properties"][0].update(verdict="great")), "properties.0.verdict = 'great'"),
        (edit(lambda r: r["properties"][0].update(points="3")), "points = '3'"),
        (edit(lambda r: r["properties"][0].update(points=1.005)), "at most two decimals"),
        (edit(lambda r: r["properties"][0].update(points=True)), "points = True"),
        (edit(lambda r: r["properties"][0].update(points=4)), "points = 27"),
        (edit(lambda r: r.update(max_points=100)), "the properties add up to 36"),
        (edit(lambda r: r["provenance"].update(limits=[1])), "limits = [1]: it has to be an object"),
    ],
)
def test_a_damaged_file_is_refused_with_the_place_named(
    report: GradeReport, damage: Callable[[bytes], bytes], words: str
) -> None:
    with pytest.raises(ReportError, match="Try: delete the file and grade this submission again") as error:
        load_report(damage(dump_report(report)))
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_a_huge_wrong_value_does_not_flood_the_message() -> None:
    with pytest.raises(ReportError) as error:
        load_report(json.dumps({"schema": "x" * 100_000}).encode())
    assert len(str(error.value)) < 500


def test_every_verdict_has_a_spelling_of_its_own(report: GradeReport) -> None:
    results = tuple(replace(report.properties[1], verdict=verdict) for verdict in Verdict)
    loaded = load_report(dump_report(replace(report, properties=results)))
    assert [result.verdict for result in loaded.properties] == list(Verdict)


def test_a_property_without_optional_fields_loads(report: GradeReport) -> None:
    record = json.loads(dump_report(report))
    for result in record["properties"]:
        for name in ("message", "help", "measurement", "exam_facts", "counterexample", "nondeterministic"):
            del result[name]
    assert isinstance(load_report(json.dumps(record).encode()).properties[0], PropertyResult)


def test_a_written_file_holds_exactly_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["report.json"]
    assert path.stat().st_mode & 0o777 == 0o644 & ~_umask()


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    write_atomic(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_link_in_the_place_of_the_file_is_replaced_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(b"mine")
    path = tmp_path / "report.json"
    path.symlink_to(target)
    write_atomic(path, b"new")
    assert target.read_bytes() == b"mine"
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
