"""Grades as CSV: for spreadsheets, which run what looks like a formula, and for Canvas, which overwrites by name."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from steepest.outputs.canvas import CanvasError, canvas_import
from steepest.outputs.grade_table import Standing, grade_table, number

EMMY = Standing(
    assignment="inverse",
    student="enoether",
    last_name="Noether, Dr.",
    first_name="Emmy",
    email="emmy@example.org",
    submitted=True,
    timestamp="2027-02-01 10:00:00 UTC",
    raw_score=33.5,
    penalty=3.35,
    score=30.15,
    max_score=40.0,
    needs_manual=True,
    exercises={"calculate_inverse": 23.5, "why_faster": None},
    properties={"diagonal_matrices": 1.0, "large_matrices": 0.0},
)
FORMULA = Standing("inverse", "mallory", last_name='=HYPERLINK("http://x")', first_name="@SUM(1)", email="-1+1")
EXPORTED = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework (17),Inverse (4711),Current Score\r\n"
    "    Points Possible,,,,,10.00,40.00,(read only)\r\n"
    '"Noether, Emmy",1001,S77,enoether,LA-1,9.00,,80\r\n'
    '"=cmd, Bad",1002,S78,mallory@example.org,LA-1,8.00,12.00,70\r\n'
    '"Student, Test",1003,,abc,LA-1,,,\r\n'
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_holds_what_the_gradebook_knows() -> None:
    (line,) = rows(grade_table([EMMY]))
    assert line["last_name"] == "Noether, Dr."
    assert (line["raw_score"], line["late_submission_penalty"], line["score"]) == ("33.5", "3.35", "30.15")
    assert line["needs_manual_grade"] == "yes"
    assert (line["exercise: calculate_inverse"], line["exercise: why_faster"]) == ("23.5", "")
    assert (line["property: diagonal_matrices"], line["property: large_matrices"]) == ("1", "0")


def test_nothing_handed_in_is_blank_and_not_zero() -> None:
    (line,) = rows(grade_table([FORMULA]))
    assert (line["submitted"], line["score"], line["raw_score"]) == ("no", "", "")


def test_what_begins_like_a_formula_is_defused() -> None:
    (line,) = rows(grade_table([FORMULA]))
    assert line["last_name"].startswith("'=")
    assert line["first_name"].startswith("'@")
    assert line["email"].startswith("'-")


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0.0, "0"), (1234.5, "1234.5"), (2.675, "2.68"), (1e-9, "0"), (100.0, "100")]
)
def test_a_number_has_a_point_at_most_two_decimals_and_no_marks(value: float | None, text: str) -> None:
    assert number(value) == text


def test_canvas_gets_only_students_with_a_score() -> None:
    made = canvas_import([EMMY, FORMULA], "Inverse (4711)")
    assert made.text.splitlines() == [
        "Student,ID,SIS Login ID,Section,Inverse (4711)",
        '"Noether, Dr., Emmy",,enoether,,30.15',
    ]


def test_canvas_own_file_gives_students_ids_and_the_column() -> None:
    mallory = replace(FORMULA, score=1.0, email="mallory@example.org")
    made = canvas_import([EMMY, mallory], "Inverse", EXPORTED)
    lines = rows(made.text)
    assert list(lines[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Inverse (4711)"]
    assert [(line["ID"], line["Inverse (4711)"]) for line in lines] == [("1001", "30.15"), ("1002", "1")]
    assert lines[1]["Student"] == "'=cmd, Bad"
    assert made.unknown == ()


def test_a_student_whom_canvas_does_not_list_is_named() -> None:
    made = canvas_import([EMMY, replace(EMMY, student="galois", email="")], "Inverse", EXPORTED)
    assert made.unknown == ("galois",)


@pytest.mark.parametrize(
    ("title", "exported", "said"),
    [
        ("Pinverse", EXPORTED, r"no assignment with the title 'Pinverse'; Canvas has: 'Homework \(17\)', 'Inverse"),
        ("Inverse", "name,score\r\na,1\r\n", "not a gradebook of Canvas"),
        ("Inverse", 'Student,ID,Section,Inverse (1)\r\n"open', "not a CSV file"),
        ("Inverse", "", "not a gradebook of Canvas"),
        ("Current Score", None, "Canvas drops columns of this name"),
    ],
)
def test_what_canvas_would_misread_is_refused_with_a_way_out(title: str, exported: str | None, said: str) -> None:
    with pytest.raises(CanvasError, match=rf"{said}.* Try: "):
        canvas_import([EMMY], title, exported)


def test_a_file_with_semicolons_is_read() -> None:
    text = EXPORTED.replace(",", ";").replace('"Noether; Emmy"', '"Noether, Emmy"')
    assert canvas_import([EMMY], "Inverse", text).unknown == ()
