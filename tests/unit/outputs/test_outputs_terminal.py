"""What the terminal shows fits 80 columns, adds up, and takes no orders from a student."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from steepest.model import GradeReport, Verdict
from steepest.outputs.terminal import fault_lines, result_line, score_table


def printed(*things: RenderableType, width: int = 80, colour: bool = False) -> str:
    """Return what a terminal of that width would receive."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None)
    for thing in things:
        console.print(thing)
    return stream.getvalue()


@pytest.fixture
def class_of_three(report: GradeReport, perfect: GradeReport, fault: GradeReport) -> Sequence[GradeReport]:
    """Return one ordinary, one perfect and one ungraded submission."""
    return [report, perfect, fault]


def test_a_line_names_student_score_and_what_failed(report: GradeReport) -> None:
    line = result_line(report).plain
    assert line.startswith("noether ")
    assert " 27 / 36 " in line
    assert line.endswith("! learning rate below limit  and 4 more")


def test_a_line_says_how_many_more_failed(report: GradeReport) -> None:
    short = replace(report, properties=report.properties[3:])
    assert result_line(short).plain.endswith("✗ orthogonal matrices  ✗ large sides  and 2 more")


def test_a_line_on_full_marks_says_so(perfect: GradeReport) -> None:
    assert result_line(perfect).plain.endswith("36 / 36  ✓ all 17 properties")


def test_a_shared_reason_is_said_once(report: GradeReport) -> None:
    missing = tuple(
        replace(
            result, verdict=Verdict.ERRORED, message="f was not found", counterexample=None, measurement=None, help=""
        )
        for result in report.properties
    )
    assert result_line(replace(report, properties=missing)).plain.endswith("! 17 x f was not found")


def test_a_fault_shows_no_score(fault: GradeReport) -> None:
    line = result_line(fault).plain
    assert "not graded" in line
    assert "27" not in line
    assert "27" not in printed(score_table([fault]))


def test_a_line_never_wraps_at_80_columns(report: GradeReport, hostile: GradeReport) -> None:
    for each in (report, hostile):
        assert printed(result_line(each)).count("\n") == 1


def test_the_tables_fit_80_columns(class_of_three: Sequence[GradeReport]) -> None:
    text = printed(score_table(class_of_three))
    assert max(map(len, text.splitlines())) <= 80
    row = next(line for line in text.splitlines() if line.strip().startswith("noether"))
    assert row.split() == ["noether", "27", "/", "36", "!✓", "1.5", "✓✗✓✓✓✓✓✓✗✓✓✓", "20", "✓✗–", "5.5"]


def test_the_tables_count_each_property_over_graded_submissions(class_of_three: Sequence[GradeReport]) -> None:
    lines = printed(score_table(class_of_three)).splitlines()
    assert "1 of 2" in next(line for line in lines if "large sides" in line)
    assert "2 of 2" in next(line for line in lines if "same spectrum" in line)


def test_the_median_leaves_faults_out(class_of_three: Sequence[GradeReport]) -> None:
    row = next(line for line in printed(score_table(class_of_three)).splitlines() if "median" in line)
    assert row.split() == ["median", "31.5", "2.75", "22", "6.75"]


def test_submissions_with_different_properties_line_up(report: GradeReport, perfect: GradeReport) -> None:
    fewer = replace(perfect, student="b", properties=perfect.properties[:2])
    text = printed(score_table([report, fewer]))
    assert "1 of 1" in next(line for line in text.splitlines() if "identity" in line)


def test_an_empty_class_gives_empty_tables() -> None:
    assert "student" in printed(score_table([]))


def test_faults_are_named_with_their_reason(class_of_three: Sequence[GradeReport]) -> None:
    lines = fault_lines(class_of_three)
    assert [line.plain for line in lines] == [
        "not graded: hilbert: the grader failed: property test_budget broke: KeyError: 'M'"
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_hostile_text_is_printed_as_it_is_and_commands_nothing(hostile: GradeReport, width: int) -> None:
    broken = replace(hostile, fault=hostile.notes[0])
    lines = [result_line(hostile), result_line(broken), *fault_lines([broken])]
    text = printed(*lines, score_table([hostile, broken]), width=width)
    assert not [c for c in text if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or ord(c) in (0x202E, 0x2066)]
    assert "[red]markup[/red]" in "".join(text.split()) or width == 40


def test_square_brackets_are_no_markup(report: GradeReport) -> None:
    student = replace(report, student="[bold]x[/bold]", properties=())
    assert "[bold]x[/bold]" in printed(result_line(student), colour=True)
    assert "[bold]x[/bold]" in printed(score_table([student]), colour=True)
    assert "[/]oops" in printed(*fault_lines([replace(student, fault="[/]oops")]), colour=True)
