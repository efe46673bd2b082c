"""The confusion matrix: what counts as a regression, which properties never fire alone, and its two outputs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from steepest.confusion import (
    Confusion,
    CorpusFile,
    Example,
    Kind,
    Mark,
    Row,
    Run,
    firings,
    marks_of,
    regressions,
    smallest_examples,
    survivors,
)
from steepest.corpus.kept import Kept
from steepest.corpus.run import run_of
from steepest.model import GradeReport, Provenance, Verdict
from steepest.outputs.corpus_html import render_confusions
from steepest.outputs.corpus_json import dump_confusions, figures
from steepest.outputs.corpus_terminal import property_lines, regression_lines, regression_text, summary_table
from steepest.plugin import PropertyInfo
from steepest.verdicts import blank_result

PROPERTIES = tuple(
    PropertyInfo(name, f"Title of {name}.", "exercise", 100, {}, needs)
    for name, needs in (
        ("test_a", ""),
        ("test_b", ""),
        ("test_c", "test_a"),
        ("test_d[tall]", ""),
        ("test_d[wide]", ""),
    )
)


def file(name: str, *fires: str, kind: Kind = Kind.CHAFF) -> CorpusFile:
    """Return a file of the corpus."""
    return CorpusFile("inverse", kind, name, f"about {name}", "a promise" if kind is Kind.CHAFF else "", fires)


def row(described: CorpusFile, *marks: str, fault: str = "") -> Row:
    """Return a row with a run for each string of marks, on exams 1, 2, ..."""
    runs = tuple(Run(exam, tuple(map(Mark, text)), 100 * text.count("P")) for exam, text in enumerate(marks, 1))
    return Row(described, (*runs, Run(len(runs) + 1, (), 0, fault)) if fault else runs)


def confusion(*rows: Row, exams: int = 2) -> Confusion:
    """Return a matrix of some rows."""
    return Confusion("inverse", "The inverse", PROPERTIES, tuple((n, f"digest{n}") for n in range(1, exams + 1)), rows)


def told(*rows: Row) -> list[str]:
    """Return the regressions of some rows as text."""
    return [regression_text(found) for found in regressions(confusion(*rows))]


def test_right_and_wrong_solutions_as_they_should_be_are_no_regression() -> None:
    assert told(row(file("w", kind=Kind.WHEAT), "PPPPP", "PPPPP"), row(file("c", "test_a"), "FPUPP", "FFUPP")) == []


def test_a_wheat_that_lost_something_is_told_with_the_exams() -> None:
    assert told(row(file("w", kind=Kind.WHEAT), "PPPPP", "PTPPP")) == ["wheat w: lost test_b (exam 2)"]


def test_a_wheat_that_lacks_a_parameter_may_skip_and_do_nothing_else() -> None:
    lacking = replace(file("w", kind=Kind.WHEAT), lacks=("steps",))
    assert told(row(lacking, "PPPPS", "PPPSS")) == []
    for mark in "FETU":
        assert told(row(lacking, f"P{mark}PPS")) == ["wheat w: lost test_b (exam 1)"]
    assert told(row(file("w", kind=Kind.WHEAT), "PPPPS")) == ["wheat w: lost test_d[wide] (exam 1)"]
    assert told(row(lacking, "PPPPS", "PPPPP")) == ["wheat w: lacks steps, but every property was asked (exam 2)"]
    assert figures(confusion(row(lacking, "PPPPS", "PFPPS"), exams=2))["wheat_runs_that_lost"] == 1


@pytest.mark.parametrize("mark", ["F", "E", "T", "S"])
def test_points_that_were_earned_without_what_they_need_are_told(mark: str) -> None:
    assert told(row(file("c", "test_a"), f"{mark}PPPP", f"{mark}PUPP")) == [
        "chaff c: earned points without test_a, for test_c (exam 1)"
    ]


@pytest.mark.parametrize("mark", ["F", "E", "T", "S"])
def test_a_named_property_fires_however_it_loses_its_points(mark: str) -> None:
    assert told(row(file("c", "test_b"), f"P{mark}PPP")) == []


def test_a_named_property_that_is_silent_once_or_only_uncounted_is_told() -> None:
    assert told(row(file("c", "test_a"), "FPUPP", "PFPPP")) == ["chaff c: test_a did not fire (exam 2)"]
    assert told(row(file("c", "test_c"), "FPUPP")) == ["chaff c: test_c did not fire (exam 1)"]


def test_every_named_property_has_to_fire() -> None:
    assert told(row(file("c", "test_a", "test_b"), "FPUPP")) == ["chaff c: test_b did not fire (exam 1)"]


def test_a_name_stands_for_its_parametrized_properties_of_which_one_has_to_fire() -> None:
    assert told(row(file("c", "test_d"), "PPPFP", "PPPPF")) == []
    assert told(row(file("c", "test_d[tall]"), "PPPFP", "PPPPF")) == ["chaff c: test_d[tall] did not fire (exam 2)"]


def test_a_chaff_that_names_nothing_or_no_property_is_told() -> None:
    assert "names no property" in told(row(file("c"), "FPUPP"))[0]
    assert told(row(file("c", "test_x"), "FPUPP")) == ["chaff c: names test_x, which is no property of inverse"]


def test_a_run_that_was_not_graded_is_told_and_counts_as_nothing_else() -> None:
    faulty = row(file("c", "test_a"), "FPUPP", fault="the judge broke")
    assert told(faulty) == ["chaff c: was not graded: the judge broke (exam 2)"]
    assert regressions(confusion(faulty))[0].fault
    assert told(row(file("w", kind=Kind.WHEAT), fault="x")) == ["wheat w: was not graded: x (exam 1)"]


def test_survivors_kept_every_point_in_some_exam() -> None:
    found = survivors(confusion(row(file("c", "test_a"), "FPPPP", "PPPPP"), row(file("d"), "FPPPP", "FPPPP")))
    assert [(described.name, exams) for described, exams in found] == [("c", (2,))]


def test_a_property_fires_alone_and_uncounted_ones_do_not_keep_it_company() -> None:
    rows = [row(file("c", "test_a"), "FPUPP", "FFUPP"), row(file("d", "test_b"), "FFUPP")]
    found = {firing.info.name: firing for firing in firings(confusion(*rows))}
    assert (found["test_a"].fired_for, found["test_a"].alone_for, found["test_a"].named_by) == (2, 1, 1)
    assert (found["test_b"].fired_for, found["test_b"].alone_for) == (2, 0)
    assert found["test_b"].with_it == ("test_a",)
    assert found["test_a"].with_it == ()
    assert found["test_c"].fired_for == 0


def test_the_smallest_counterexample_is_of_a_named_property() -> None:
    shown = (("test_a", Example(3, 1)), ("test_b", Example(1, 1)), ("test_d[tall]", None))
    rows = [
        Row(file("c", "test_a"), (Run(1, tuple(map(Mark, "FFPFP")), 100, examples=shown),)),
        Row(file("d", "test_d"), (Run(1, tuple(map(Mark, "FFPFP")), 100, examples=shown),)),
    ]
    assert smallest_examples(confusion(*rows)) == {"c": Example(3, 1), "d": None}


@pytest.mark.parametrize("needed", [verdict for verdict in Verdict if verdict is not Verdict.PASSED])
def test_skipped_properties_are_uncounted_only_if_what_they_need_did_not_pass(needed: Verdict) -> None:
    verdicts = {"test_a": needed, "test_b": Verdict.SKIPPED, "test_c": Verdict.SKIPPED}
    results = tuple(blank_result(info, verdicts.get(info.name, Verdict.PASSED)) for info in PROPERTIES)
    provenance = Provenance("", "", "", (), (), "cpu", ())
    report = GradeReport("inverse", "s", results, (), (), provenance)
    assert "".join(mark.value for mark in marks_of(report, PROPERTIES))[1:] == "SUPP"
    passed = tuple(replace(each, verdict=Verdict.PASSED) if each.name == "test_a" else each for each in results)
    assert "".join(mark.value for mark in marks_of(replace(report, properties=passed), PROPERTIES)) == "PSSPP"


def sample() -> tuple[Confusion, ...]:
    """Return a matrix with everything that the outputs can show, and hostile words."""
    hostile = replace(file("c", "test_a"), about="<script>alert(1)</script>\x1b[31m")
    runs = (Run(1, tuple(map(Mark, "FPUPP")), 300, examples=(("test_a", Example(2, 1)),)),)
    more = confusion(row(file("e", "test_d"), "PPPPP"), exams=1)
    wheat = row(replace(file("w", kind=Kind.WHEAT), lacks=("steps", "start")), "PPPPS")
    return (confusion(wheat, Row(hostile, runs), row(file("d"), fault="broke"), exams=1), more)


def test_the_figures_are_the_sums_of_the_rows() -> None:
    sums = figures(sample()[0])
    assert (sums["wheats"], sums["wheat_runs"], sums["wheat_runs_that_lost"]) == (1, 1, 0)
    assert (sums["chaffs"], sums["chaffs_caught_as_named_in_every_exam"], sums["faults"]) == (2, 1, 1)
    assert (sums["chaffs_with_a_counterexample"], sums["counterexamples_of_at_most_2_rows_and_2_digits"]) == (1, 1)
    assert figures(sample()[1])["chaffs_that_kept_every_point_in_some_exam"] == 1


def test_the_json_file_holds_the_matrix_and_is_the_same_each_time() -> None:
    data = dump_confusions(sample())
    assert data == dump_confusions(sample())
    record = json.loads(data)
    assert record["schema"] == "steepest/corpus/v1"
    (first, _) = record["assignments"]
    assert first["files"][1]["runs"] == [{"exam": 1, "marks": "FPUPP", "points": 3.0, "fault": None}]
    assert [each["name"] for each in first["properties"]] == [info.name for info in PROPERTIES]
    assert first["regressions"][-1]["text"].startswith("names no property")


def test_the_page_documents_every_field_of_the_json_file() -> None:
    text = (Path(__file__).parents[2] / "docs" / "corpus.md").read_text()

    def fields(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(fields, value.values()))
        return set().union(*map(fields, value)) if isinstance(value, list) else set()

    missing = [name for name in fields(json.loads(dump_confusions(sample()))) if f"`{name}`" not in text]
    assert missing == []


def test_the_page_lets_nothing_in_but_its_own_style_and_escapes_every_word() -> None:
    page = render_confusions(sample(), "A course")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert f"style-src &#39;sha256-{digest}&#39;" in policy or f"style-src 'sha256-{digest}'" in policy
    assert "default-src &#39;none&#39;" in policy or "default-src 'none'" in policy
    assert "<script" not in page
    assert "lacks steps, start" in page
    assert " style=" not in page
    assert "\x1b" not in page


def test_the_page_has_a_place_for_each_chaff_in_each_order() -> None:
    page = render_confusions(sample())
    for place in range(3):
        assert re.search(rf"\.row-{place}\{{--name:\d+;--fired:\d+;--named:\d+\}}", page)
        assert f'class="row-{place}"' in page


def test_what_is_printed_names_properties_that_never_fire_alone_and_regressions() -> None:
    rows = [row(file("c", "test_a"), "FPUPP"), row(file("d", "test_d"), "PPPFF")]
    lines = [line.plain for line in property_lines([confusion(*rows, exams=1)])]
    assert lines == [
        "inverse: no chaff makes them fire: test_b, test_c",
        "inverse: 2 of 5 properties never fire alone; the page says with which others",
    ]
    assert any("did not fire" in line.plain for line in regression_lines(sample()))
    assert summary_table(sample()).row_count == 2


def test_an_interrupted_or_foreign_result_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(tmp_path)
    monkeypatch.setattr(Kept, "_path", lambda self, paper, notebook: tmp_path / "one.json")
    run = Run(7, (Mark.PASSED, Mark.FAILED), 250, examples=(("test_b", Example(2, 1)), ("test_c", None)))
    paper, notebook = None, b""
    kept.keep(paper, notebook, run)  # type: ignore[arg-type]  # the place is fixed above
    assert kept.load(paper, notebook, 7) == run  # type: ignore[arg-type]
    for text in ("", "[]", "{}", '{"marks": "X", "points": 1, "examples": {}}', '{"marks": "P", "points": null}'):
        (tmp_path / "one.json").write_text(text)
        assert kept.load(paper, notebook, 7) is None  # type: ignore[arg-type]


def test_a_fault_is_not_kept(tmp_path: Path) -> None:
    Kept(tmp_path / "kept").keep(None, b"", Run(1, (), 0, "broke"))  # type: ignore[arg-type]  # not looked at
    assert not (tmp_path / "kept").exists()


def test_a_run_knows_the_fault_of_its_report() -> None:
    report = GradeReport("inverse", "s", (), (), (), Provenance("", "", "", (), (), "cpu", ()), fault="broke")
    sitting = type("S", (), {"exam": 3})()
    assert run_of(report, sitting) == Run(3, (), 0, fault="broke")
