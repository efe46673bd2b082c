"""The pages that students read: both agree in every score and comment, and nothing in them acts or gives away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from steepest.exam import load_exam
from steepest.grade_class import exam_path

from .tiny_course import FULL, HALF, PARTIAL, TinyCourse, cell, make, notebook

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

ATTACK = "<script>steal()</script><img src=x onerror=steal()>[go](javascript:steal()) <iframe src='//x'></iframe>"
SHOWN = f"""
from IPython.display import HTML, Markdown, SVG, display
display(HTML({ATTACK!r}))
display(Markdown({ATTACK!r}))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='steal()'><script>steal()</script></svg>"))
print({ATTACK!r})
print("x" * 10_000_000)
raise ValueError({ATTACK!r})
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """Two students, one honest and one not, graded, looked at by a person, with feedback made by nbgrader."""
    made = make(tmp_path_factory.mktemp("course"))
    made.hand_in(
        ada=notebook(code=HALF), bob=notebook(answer=ATTACK, extra=[cell(SHOWN), cell(ATTACK, kind="markdown")])
    )
    made.hand_in("2027-02-02 12:00:00 UTC", ada=notebook(code=HALF))
    made.enter()
    made.change("ada", "answer", manual_score=3.25, needs_manual_grade=False)
    made.change("ada", "task", manual_score=1.0, extra_credit=0.5, needs_manual_grade=False)
    made.comment("ada", "answer", f"Well *said*. {ATTACK}")
    done = made.run("nbgrader", "generate_feedback", "double")
    assert done.returncode == 0, done.stderr
    return made


def page(course: TinyCourse, student: str, name: str) -> str:
    """Return a page of a student's feedback."""
    return (course.folder("feedback", student) / name).read_text(encoding="utf-8")


def text_of(html: str) -> str:
    """Return the words of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_both_pages_have_the_score_of_the_gradebook(course: TinyCourse) -> None:
    row = course.rows()["ada"]
    score = row["score"] - row["penalty"]
    assert row["score"] == PARTIAL + 3.25 + 1.5
    assert f"Score: {score}" in text_of(page(course, "ada", "double.html"))
    assert f"{score:g} of 11.5 points" in text_of(page(course, "ada", "report.html"))


def test_both_pages_have_every_cell_and_every_comment(course: TinyCourse) -> None:
    theirs, ours = text_of(page(course, "ada", "double.html")), text_of(page(course, "ada", "report.html"))
    for score, most in (("2.5", "2.5"), ("0.0", "3.0"), ("3.25", "4.0"), ("1.5", "2.0")):
        assert f"{score}/{most}" in theirs.replace(" ", "")
        assert f"{float(score):g}/{float(most):g}" in ours.replace(" ", "")
    for words in (theirs, ours):
        assert "Well said ." in words


def test_nothing_of_a_student_acts_in_a_page(course: TinyCourse) -> None:
    for student in ("ada", "bob"):
        for name in ("double.html", "report.html"):
            html = page(course, student, name)
            assert "<script>steal" not in html
            assert not re.search(r"<[^>]*\bonerror\s*=", html)
            assert not re.search(r"<[^>]*\bonload\s*=\s*['\"]?steal", html)
            assert not re.search(r"href\s*=\s*['\"]?\s*javascript:", html)
            assert "<iframe" not in html


def test_a_flood_of_output_is_cut(course: TinyCourse) -> None:
    assert len(page(course, "bob", "double.html")) < 2_000_000


def test_a_page_gives_away_no_mark_scheme_and_no_matrix_of_the_exam(course: TinyCourse) -> None:
    exam = load_exam("double", exam_path(course.course, course.assignment))
    entries = {abs(float(value)) for members in exam.matrices.values() for M in members for value in M.flat}
    secret = {f"{entry:.4f}" for entry in entries if entry != round(entry, 2)}
    assert secret
    for student in ("ada", "bob"):
        for name in ("double.html", "report.html"):
            html = page(course, student, name)
            assert "MARK SCHEME" not in html
            assert "Because it is twice" not in html
            assert not [number for number in secret if number in html]


def test_steepest_feedback_makes_the_same_pages_anew_and_says_who_waits(course: TinyCourse, tmp_path: Path) -> None:
    before = page(course, "ada", "report.html")
    course.change("bob", "answer", manual_score=4.0, needs_manual_grade=False)
    done = course.run("steepest", "feedback", "double")
    assert done.returncode == 0, done.stderr
    assert "a person still has to look at: bob" in done.stdout
    assert page(course, "ada", "report.html") == before
    assert f"{FULL + 4:g} of 11.5 points" in text_of(page(course, "bob", "report.html"))
