"""What GitHub Actions is given: within its limits, at the right lines, and with no word of a student's obeyed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from steepest.model import CellNote, GradeReport
from steepest.outputs import github
from steepest.outputs.badge import render_badge, render_endpoint
from steepest.outputs.cell_lines import cell_lines
from steepest.outputs.target import Mode, Target
from tests.e2e.conftest import notebook

HERE = Target(Path("results"), Path("."), notebook="inverse.ipynb")
COMMAND = re.compile(r"::(error|warning|notice) (?:file=([^,]*),line=(\d+),)?title=([^,:]*)::([^\r\n]*)")


def commands(report: GradeReport, target: Target = HERE) -> list[re.Match[str]]:
    """Return the annotations; each must be one line that the runner takes as one command."""
    lines = github.workflow_commands(report, target)
    matches = [COMMAND.fullmatch(line) for line in lines]
    assert all(matches), lines
    return [match for match in matches if match]


def outputs_of(text: str) -> dict[str, str]:
    """Return what a runner reads from a file of outputs."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc and "=" not in name:
            found[name] = "\n".join(iter(lines.__next__, delimiter))
        else:
            name, _, value = line.partition("=")
            found[name] = value
    return found


def test_an_annotation_stands_at_the_line_that_defines_the_function(report: GradeReport) -> None:
    target = replace(HERE, lines={"calculate_inverse": 41, "safe_learning_rate": 12, 9: 77})
    found = {match[4]: int(match[3]) for match in commands(report, target)}
    assert found["inverse%3A orthogonal matrices"] == 41
    assert found["inverse%3A learning rate below limit"] == 12
    assert 77 in [int(match[3]) for match in commands(report, target) if match[1] == "warning"]


def test_annotations_are_escaped_and_hold_the_explanation(report: GradeReport) -> None:
    errors = [match for match in commands(report) if match[1] == "error"]
    assert any("max |X M - I| = 1, allowed: at most 0.001%0A" in match[5] for match in errors)
    assert commands(report)[-1][5] == "27 / 36"


def test_hostile_texts_make_no_command_and_no_line_of_their_own(hostile: GradeReport) -> None:
    attack = "100%\r\n::set-output name=x::y,:\n::error::z"
    noted = replace(hostile, notes=(attack,), cells=(CellNote(1, attack),))
    for match in commands(noted):
        assert "::" not in match[4]
    assert any(match[5].startswith("100%25%0A::set-output") for match in commands(noted) if match[1] == "warning")


def test_no_more_than_ten_annotations_of_a_kind(report: GradeReport) -> None:
    many = tuple(replace(report.properties[0], name=f"test_{index}", message=f"message {index}") for index in range(40))
    found = commands(replace(report, properties=many, notes=("note",) * 40))
    kinds = [match[1] for match in found]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"error": 10, "warning": 10, "notice": 1}
    assert "30 more reasons" in found[-1][5]


def test_a_fault_is_one_annotation_with_its_cause(fault: GradeReport) -> None:
    (only,) = commands(fault)
    assert only[1] == "error"
    assert "KeyError" in only[5]


def test_the_summary_holds_every_property_the_score_and_what_decides_it(report: GradeReport) -> None:
    text = github.render_summary(report, HERE)
    assert text.startswith("## inverse&#58;" if "&#58;" in text.splitlines()[0] else "## inverse: 27 / 36")
    assert sum(line.startswith(("| ✓", "| ✗", "| !", "| –")) for line in text.splitlines()) == len(report.properties)
    assert "practice exam" in text
    assert "Graded on the exam of the course" in github.render_summary(report, replace(HERE, secret_exam=True))
    for fact in ("3c" * 32, "71" * 32, "torch 2.13.0", "seccomp"):
        assert fact in text.replace("&#46;", ".")


def test_the_summary_has_pictures(report: GradeReport) -> None:
    text = github.render_summary(report, HERE)
    assert "⬜🟥<br>\n🟪🟪<br>" in text
    chart = text.partition("```mermaid\n")[2].partition("\n```")[0].splitlines()
    assert chart[0] == "xychart-beta"
    lines = [line.strip() for line in chart if line.strip().startswith("line [")]
    assert len(lines) == 2
    assert all(line.count(",") + 1 == github.CURVE_POINTS for line in lines)


def test_the_summary_stays_below_the_limit_of_the_platform(report: GradeReport) -> None:
    long = tuple(
        replace(report.properties[0], name=f"test_{index}", message=f"{index} " + "🟥`" * 2000) for index in range(600)
    )
    text = github.render_summary(replace(report, properties=long), HERE)
    assert len(text.encode()) < 1_000_000
    assert "did not fit here" in text
    assert "How this was graded" in text


def test_no_text_of_a_student_is_markdown_or_html(hostile: GradeReport) -> None:
    text = github.render_summary(hostile, HERE)
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<script" not in outside
    assert "[link=" not in outside
    assert set(re.findall(r"</?(\w+)", outside)) <= {"details", "summary", "br"}


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    opening, *_, closing = github.fenced("a\n`````\nb")
    assert opening == "``````text"
    assert closing == "``````"


def test_outputs_are_read_back_whatever_the_texts_hold(report: GradeReport) -> None:
    attack = replace(report.properties[0], message="x\npoints=99\nEOF\nmessage<<EOF")
    found = outputs_of(github.render_outputs(replace(report, properties=(attack, *report.properties[1:])), "f00d"))
    assert found["points"] == "27"
    assert found["max-points"] == "36"
    assert found["graded"] == "true"
    assert found["full-marks"] == "false"
    assert "message<<EOF" in found["message"]


def test_a_fault_has_no_points_in_the_outputs(fault: GradeReport) -> None:
    found = outputs_of(github.render_outputs(fault, "f00d"))
    assert found["graded"] == "false"
    assert found["points"] == ""


def test_files_go_where_the_runner_says(report: GradeReport) -> None:
    environment = {"GITHUB_STEP_SUMMARY": "/tmp/summary", "GITHUB_OUTPUT": "/tmp/output"}
    modes = {str(f.path): f.mode for f in github.files(report, replace(HERE, environment=environment))}
    assert modes == {
        "/tmp/summary": Mode.SECTION,
        "/tmp/output": Mode.APPEND,
        "results/summary.md": Mode.WHOLE,
    }
    assert [str(f.path) for f in github.files(report, HERE)] == ["results/summary.md"]


def test_the_same_report_gives_the_same_bytes(report: GradeReport) -> None:
    assert github.render_summary(report, HERE) == github.render_summary(report, HERE)
    assert github.workflow_commands(report, HERE) == github.workflow_commands(report, HERE)


def test_a_badge_shows_score_and_colour(report: GradeReport, perfect: GradeReport, fault: GradeReport) -> None:
    assert b'"message": "27 / 36"' in render_endpoint(report)
    assert b'"color": "brightgreen"' in render_endpoint(perfect)
    assert b'"message": "not graded"' in render_endpoint(fault)
    assert "27 / 36" in render_badge(report)
    assert render_badge(fault).count("<rect") == 2


def test_lines_of_cells_and_functions_are_those_of_the_file() -> None:
    data = notebook("x = 1", "import torch\n\ndef f(M):\n    return M", "def f(M, k):\n    pass")
    pretty = data.replace(b", {", b",\n{")
    lines = pretty.decode().splitlines()
    found = cell_lines(pretty)
    assert [found[cell] for cell in (1, 2, 3)] == [1, 2, 3]
    assert "def f(M, k)" in lines[found["f"] - 1]


@pytest.mark.parametrize("data", [b"", b"{", b'{"cells": [{', b"\xff\xfe", b'{"cells": ["x"]}', b'"cells": [' * 9])
def test_a_file_that_cannot_be_read_has_no_lines(data: bytes) -> None:
    assert cell_lines(data) == {}
