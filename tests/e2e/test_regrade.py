"""A regrade in a running term: what it says before, what --only new leaves, and that every changed score is listed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from steepest.gradebook.changes import Change, Changes

from .tiny_course import FULL, HALF, PARTIAL, ROOT, WRONG, TinyCourse, copied, make, notebook

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

LATE = "2027-02-03 00:00:00 UTC"
"""A day and a bit after the due date, so 20 % are lost."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The course with a class that is graded and in the gradebook: ada 5.5, bob 2.5 - 0.5 late, cleo 0."""
    course = make(tmp_path_factory.mktemp("course"))
    course.hand_in(ada=notebook(), cleo=notebook(code=WRONG))
    course.hand_in(LATE, bob=notebook(code=HALF))
    done = course.grade()
    assert done.returncode == 0, done.stderr
    assert "double: 3 of 3 to be graded (3 new)" in done.stdout
    assert "published scores that this run changed" not in done.stdout
    return course


def upgraded(course: TinyCourse, root: Path, *, harder: bool = False) -> TinyCourse:
    """Return a copy of a course with another kit: a copy whose judging code was edited.

    With ``harder`` no matrix passes any more; numbers are judged as before.
    """
    kit = root / "kit"
    shutil.copytree(ROOT / "autograder" / "steepest", kit / "steepest")
    with (kit / "steepest" / "linalg" / "__init__.py").open("a") as module:
        module.write("\nUNRELATED = 1\n")
    if harder:
        with (kit / "steepest" / "expect" / "__init__.py").open("a") as module:
            module.write(HARDER)
    return replace(copied(course, root / "course"), environment={"PYTHONPATH": str(kit)})


HARDER = """
_lenient = expect_at_most


def expect_at_most(quantity, value, bound, **more):
    _lenient(quantity, value if "heat_map" not in more else value + 1, bound, **more)
"""
"""Appended to `steepest.expect`: of the course's two properties, that on matrices has a heat map."""


def on_disk(course: TinyCourse, *students: str) -> dict[str, bytes]:
    """Return every file that the kit or nbgrader has written about these students."""
    folders = (course.root / "generated" / "graded" / "double", course.root / "generated" / "autograded")
    found = (path for folder in folders for student in students for path in (folder / student).rglob("*"))
    return {str(path.relative_to(course.root)): path.read_bytes() for path in found if path.is_file()}


def told(course: TinyCourse) -> dict[str, float]:
    """Return the score that every student is told: what is in the gradebook, less the penalty."""
    return {student: row["score"] - (row["penalty"] or 0.0) for student, row in course.rows().items()}


def changes(course: TinyCourse) -> list[Change]:
    """Return the changes on record."""
    return list(Changes(course.course.generated, "double").all())


def assert_listed(course: TinyCourse, before: dict[str, float]) -> None:
    """Fail unless the record names just the students whose published score is another one now, with both scores."""
    after = told(course)
    expected = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert {change.student: (change.old, change.new) for change in changes(course)} == expected


def test_a_dry_run_after_an_upgrade_says_what_would_be_graded_and_why_and_does_nothing(
    published: TinyCourse, tmp_path: Path
) -> None:
    course = upgraded(published, tmp_path)
    course.hand_in(cleo=notebook(), dora=notebook())
    before, rows = on_disk(course, "ada", "bob", "cleo", "dora"), course.rows()
    said = course.grade("--dry-run").stdout
    assert "double: 4 of 4 to be graded (2 kit, 1 notebook and kit, 1 new)" in said
    assert "kit: Code that judges was edited" in said
    assert "nothing was graded" in said
    assert (
        "double: 2 of 4 to be graded (1 notebook and kit, 1 new); 2 left"
        in course.grade("--dry-run", "--only", "new").stdout
    )
    assert on_disk(course, "ada", "bob", "cleo", "dora") == before
    assert course.rows() == rows


def test_only_new_leaves_what_is_published_on_disk_and_in_the_gradebook(published: TinyCourse, tmp_path: Path) -> None:
    course = upgraded(published, tmp_path, harder=True)
    described = course.root / "course.yml"
    described.write_text(described.read_text().replace("percent: 10", "percent: 50"))
    course.hand_in(cleo=notebook(code=HALF))
    course.hand_in(LATE, dora=notebook(code=HALF))
    before, rows, scores = on_disk(course, "ada", "bob"), course.rows(), told(course)
    done = course.grade("--only", "new")
    assert done.returncode == 0, done.stderr
    assert "2 of 4 are out of date and were left as they were published" in done.stdout
    assert on_disk(course, "ada", "bob") == before
    assert {name: course.rows()[name] for name in ("ada", "bob")} == {name: rows[name] for name in ("ada", "bob")}
    assert {name: course.scores()[name] for name in ("cleo", "dora")} == {"cleo": PARTIAL, "dora": PARTIAL}
    assert_listed(course, scores)
    assert "cleo: 0 -> 2.5 (notebook, kit); numbers 0 -> 2.5" in done.stdout
    page = course.root / "generated" / "graded" / "double" / "cleo" / "report.html"
    page.write_text("made by the pages of another kit")
    described.write_text(described.read_text().replace("percent: 50", "percent: 20"))
    rows = course.rows()
    again = course.grade("--only", "new")
    assert course.rows() == rows
    assert page.read_text() == "made by the pages of another kit"
    assert "0 of 4 to be graded; 2 up to date; 2 left" in again.stdout
    assert "gradebook: 0 of 4 changed" in again.stdout


def test_a_regrade_by_another_kit_lists_each_score_that_it_changes_and_no_other(
    published: TinyCourse, tmp_path: Path
) -> None:
    course = upgraded(published, tmp_path, harder=True)
    before = told(course)
    done = course.grade()
    assert done.returncode == 0, done.stderr
    assert "3 of 3 to be graded (3 kit)" in done.stdout
    assert "published scores that this run changed: 1" in done.stdout
    assert "ada: 5.5 -> 2.5 (kit); matrices 3 -> 0" in done.stdout
    assert_listed(course, before)
    shown = course.run("steepest", "history", "double", "--changes").stdout
    assert "5.5 -> 2.5 (kit)" in " ".join(shown.split())
    assert course.run("steepest", "history", "double", "bob", "--changes").returncode == 2
    assert "kit" in course.run("steepest", "history", "double", "ada").stdout
    assert "published scores" not in course.grade("--force").stdout
    assert len(changes(course)) == 1


def test_nbgrader_autograde_logs_and_records_the_same_changes(published: TinyCourse, tmp_path: Path) -> None:
    course = upgraded(published, tmp_path, harder=True)
    before, rows = told(course), course.rows()
    left = course.run("nbgrader", "autograde", "double", "--force", "--SandboxExecute.only=new")
    assert left.returncode == 0, left.stderr
    assert course.rows() == rows
    assert changes(course) == []
    done = course.run("nbgrader", "autograde", "double", "--force")
    assert done.returncode == 0, done.stderr
    assert "a published score changed: ada: 5.5 -> 2.5 (kit); matrices 3 -> 0" in done.stderr
    assert "ada: 5.5 -> 2.5" in (course.root / "generated" / "nbgrader.log").read_text()
    assert_listed(course, before)


def test_a_penalty_that_changes_alone_is_listed_and_only_once(published: TinyCourse, tmp_path: Path) -> None:
    course = copied(published, tmp_path / "course")
    described = course.root / "course.yml"
    described.write_text(described.read_text().replace("percent: 10", "percent: 20"))
    before = told(course)
    for _ in range(2):
        course.enter()
        assert_listed(course, before)
    assert [change.text for change in changes(course)] == ["bob: 2 -> 1.5 (late penalty)"]


def test_a_fault_that_takes_published_scores_away_is_listed(published: TinyCourse, tmp_path: Path) -> None:
    course = copied(published, tmp_path / "course")
    properties = course.assignment.properties
    whole = properties.read_text()
    properties.write_text(whole.replace("2 * M).max(), 1e-6)", "2 * M).max(), 1 / 0)"))
    course.enter()
    assert [(change.student, change.new, change.why) for change in changes(course)] == [
        (student, None, ("properties",)) for student in ("ada", "bob", "cleo")
    ]
    properties.write_text(whole)
    course.enter()
    assert told(course) == told(published)
    assert len(changes(course)) == 3


def test_a_score_beside_which_the_report_says_another_is_left_by_only_new_and_named(
    published: TinyCourse, tmp_path: Path
) -> None:
    course = upgraded(published, tmp_path)
    course.change("ada", "numbers", auto_score=1.0)
    rows = course.rows()
    done = course.grade("--only", "new")
    assert done.returncode == 3
    assert "ada: its report has other points than the gradebook" in done.stderr
    assert course.rows() == rows


def test_a_kit_that_agrees_changes_no_score_and_lists_none(published: TinyCourse, tmp_path: Path) -> None:
    course = upgraded(published, tmp_path)
    done = course.grade()
    assert "3 of 3 to be graded (3 kit)" in done.stdout
    assert course.scores()["ada"] == FULL
    assert changes(course) == []
