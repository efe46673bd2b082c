"""The score of one notebook in a terminal: complete where something is to be mended, short where nothing is written."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from steepest.model import CellNote, GradeReport, PropertyResult, Verdict
from steepest.outputs.score_sheet import score_sheet

from .samples import transposed_example

STUB = "NotImplementedError:  (at `raise NotImplementedError()`)"
"""What the worker says of a call that reached the line that a release has in place of a solution."""


def lines(report: GradeReport) -> list[str]:
    """Return what `steepest validate` prints in a terminal 100 wide."""
    stream = io.StringIO()
    Console(file=stream, width=100).print(score_sheet(report))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def raised(result: PropertyResult, function: str, error: str) -> PropertyResult:
    """Return the property as it ends for a function that raises."""
    example = replace(transposed_example(), returned=error, measurement=None)
    message = f"{function} raised {error}"
    return replace(result, verdict=Verdict.ERRORED, points=0, message=message, counterexample=example)


@pytest.fixture
def untouched(perfect: GradeReport) -> GradeReport:
    """Return the report of a notebook in which nothing is written; two of its functions are asked."""
    functions = ["safe_learning_rate", *["calculate_inverse"] * (len(perfect.properties) - 1)]
    results = tuple(raised(r, name, STUB) for r, name in zip(perfect.properties, functions, strict=True))
    return replace(perfect, properties=results, cells=(CellNote(4, f"raised {STUB}"), CellNote(7, f"raised {STUB}")))


def test_what_is_not_written_yet_is_named_in_one_line_without_a_counterexample(untouched: GradeReport) -> None:
    shown = " ".join(lines(untouched))
    assert "not: safe_learning_rate (1 of the properties), calculate_inverse (16 of the properties)" in shown
    assert "cells 4, 7: stopped at what is not written yet" in shown
    assert "torch.tensor" not in shown
    assert "NotImplementedError" not in shown


def test_the_score_of_an_untouched_notebook_fits_a_screen_below_its_table(untouched: GradeReport) -> None:
    shown = lines(untouched)
    table_end = max(place for place, line in enumerate(shown) if line.startswith(" !"))
    assert len(shown) - table_end <= 8
    assert shown[-1].startswith("0 / ")


def test_an_error_of_the_students_own_making_keeps_its_counterexample(untouched: GradeReport) -> None:
    own = raised(untouched.properties[1], "calculate_inverse", "NotImplementedError: momentum (at `raise later`)")
    shown = "\n".join(lines(replace(untouched, properties=(own, *untouched.properties[2:]))))
    assert shown.count("torch.tensor") == 1
    assert "NotImplementedError: momentum" in shown
    assert "calculate_inverse (15 of the properties)" in shown


def test_nothing_is_said_of_what_is_not_written_where_everything_is(report: GradeReport) -> None:
    assert "not written yet" not in " ".join(lines(report)).lower()
