"""Late penalties, history, Markdown on pages, the address of the database, and what is not imported."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from steepest._course_file import LateEntry
from steepest._nbgrader import database_url, sqlite_file
from steepest.course import Course, load_course
from steepest.errors import CourseError
from steepest.gradebook.late import late_penalty
from steepest.gradebook.pages import markdown2html
from steepest.history import History, conditions
from steepest.model import GradeReport, PropertyResult, Provenance, Verdict

COURSE = """
title: "Descent, 2027!"
timezone: UTC
assignments:
  - {id: one, title: One, notebook: a/one/one.ipynb, properties: a/one/test_one.py, functions: [f], points: 1}
"""
PER_DAY = LateEntry(policy="per_day", percent=10.0, max_days=3)


def course(root: Path, gradebook: str = "") -> Course:
    (root / "course.yml").write_text(COURSE + gradebook)
    return load_course(root / "course.yml")


@pytest.mark.parametrize(
    ("seconds", "penalty"), [(0, None), (-5, None), (1, 2.0), (86_400, 2.0), (86_401, 4.0), (99 * 86_400, 6.0)]
)
def test_each_day_that_has_begun_costs_its_share_up_to_the_most(seconds: float, penalty: float | None) -> None:
    assert late_penalty(PER_DAY, 20.0, seconds) == penalty


def test_a_penalty_never_exceeds_the_score_and_nothing_is_taken_from_nothing() -> None:
    assert late_penalty(LateEntry(policy="per_day", percent=80.0, max_days=9), 5.0, 10 * 86_400) == 5.0
    assert late_penalty(PER_DAY, 0.0, 86_400) is None
    assert late_penalty(LateEntry(), 20.0, 86_400) is None


def report(student: str, points: int = 100, data: str = "a", limit: int = 1) -> GradeReport:
    result = PropertyResult("test_a", "A", "first", Verdict.PASSED, points, 100)
    provenance = Provenance(data * 64, "b" * 64, "c" * 64, (("call_cpu_s", limit),), (), "cpu", ())
    return GradeReport("one", student, (result,), (), (), provenance)


def test_every_grading_is_a_line_and_every_notebook_is_kept(tmp_path: Path) -> None:
    history = History(tmp_path, "one")
    history.add(report("ada", 0), b"first")
    history.add(report("ada", 100, data="d"), b"second")
    history.add(report("bob"), b"first")
    assert [(attempt.student, attempt.points) for attempt in history.attempts()] == [
        ("ada", 0),
        ("ada", 100),
        ("bob", 100),
    ]
    assert [attempt.points for attempt in history.attempts("bob")] == [100]
    assert sorted(path.read_bytes() for path in history.notebooks.iterdir()) == [b"first", b"second"]


def test_a_line_that_a_killed_grader_left_half_written_spoils_no_other(tmp_path: Path) -> None:
    history = History(tmp_path, "one")
    history.add(report("ada"), b"x")
    with history.path.open("ab") as file:
        file.write(b'{"time": "2027')
    history.add(report("bob"), b"x")
    assert [attempt.student for attempt in history.attempts()] == ["ada", "bob"]


def test_a_kept_report_is_put_on_record_once_and_only_if_it_is_not(tmp_path: Path) -> None:
    History(tmp_path, "one").add(report("ada"), b"x")
    for kept in (report("ada"), report("bob"), report("bob"), report("ada", limit=2)):
        History(tmp_path, "one").keep(kept, b"x")
    assert [attempt.student for attempt in History(tmp_path, "one").attempts()] == ["ada", "bob", "ada"]


def test_the_conditions_of_reports_from_before_the_judging_digest_are_what_they_were() -> None:
    before = {
        **{"notebook_sha256": "", "properties_sha256": "b" * 64, "exam_sha256": "c" * 64, "walls": [], "device": "cpu"},
        **{"limits": [["call_cpu_s", 1]], "versions": []},
    }
    known = replace(report("ada").provenance, judging_sha256=None)
    assert conditions(known) == hashlib.sha256(json.dumps(before, sort_keys=True).encode()).hexdigest()[:16]
    assert conditions(replace(known, judging_sha256="d" * 64)) != conditions(known)


def test_a_fault_is_on_record_without_a_score(tmp_path: Path) -> None:
    history = History(tmp_path, "one")
    history.add(replace(report("ada"), fault="the judge broke"), b"x")
    (attempt,) = history.attempts()
    assert (attempt.points, attempt.max_points, attempt.fault) == (None, None, "the judge broke")


@pytest.mark.parametrize(
    "text",
    [
        "<script>steal()</script>",
        "[go](javascript:steal())",
        "[go](data:text/html,<script>steal()</script>)",
        "<img src=x onerror=steal()>",
        "![p](http://elsewhere.example/p.png)",
        "<iframe src=x></iframe><form action=x><input></form>",
        "<svg onload=steal()></svg><style>p {}</style>",
    ],
)
def test_nothing_in_an_answer_or_a_comment_acts_or_is_fetched(text: str) -> None:
    html = markdown2html(f"before\n\n{text}\n\nafter")
    for word in ("<script", "javascript:", "data:text", "onerror", "onload", "<iframe", "<form", "<style", "elsewhere"):
        assert word not in html
    assert "before" in html
    assert "after" in html


def test_formulas_tables_links_and_pasted_pictures_stay() -> None:
    html = markdown2html(
        "$a < b$ and *more*: [page](https://example.org)\n\n| x |\n|---|\n| 1 |\n\n![p](data:image/png;base64,AA==)"
    )
    for part in ("$a &lt; b$", "<em>more</em>", "https://example.org", "<td>1</td>", "data:image/png;base64,AA=="):
        assert part in html


def test_the_gradebook_lies_below_generated_unless_the_course_says_otherwise(tmp_path: Path) -> None:
    made = course(tmp_path)
    assert database_url(made) == f"sqlite:///{made.root}/generated/gradebook.db?timeout=60"
    assert sqlite_file(made) == made.root / "generated" / "gradebook.db"
    assert made.course_id == "descent-2027"
    moved = course(tmp_path, "gradebook: {url: 'postgresql://ada@db/course', course_id: mine}")
    assert database_url(moved) == "postgresql+psycopg://ada@db/course"
    assert sqlite_file(moved) is None
    assert moved.course_id == "mine"


@pytest.mark.parametrize(
    ("url", "words"),
    [("postgresql://ada:pass@db/x", "password"), ("mysql://x/y", "sqlite:///path"), ("sqlite:///", "sqlite:///path")],
)
def test_an_address_that_cannot_be_used_or_published_is_refused(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        course(tmp_path, f"gradebook: {{url: '{url}'}}")


def test_grading_imports_nothing_of_nbgrader() -> None:
    code = (
        "import sys, steepest.cli.grading; print([m for m in sys.modules if m.startswith(('nbgrader', 'sqlalchemy'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
