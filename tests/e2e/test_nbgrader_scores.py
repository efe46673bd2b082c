"""nbgrader on the kit: what lands in the gradebook and in the executed notebook, and that both ways agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from steepest.errors import GradebookError
from steepest.gradebook.database import one_transaction, opened
from steepest.history import History

from .tiny_course import FULL, HALF, PARTIAL, RIGHT, WRONG, TinyCourse, cell, cells, copied, labels, make, notebook

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

LOUD = "import sys\nprint('hello <script>')\nprint('warned', file=sys.stderr)\n1 / 0"
TABLE = "import pandas as pd\npd.DataFrame({'x': [1, 2]})"


def duplicated() -> bytes:
    """Return a notebook with a solution cell that was copied, as students do."""
    made = cells(WRONG)
    made.insert(3, cell(RIGHT, labels("double-code", solution=True)))
    return notebook(made)


def stripped() -> bytes:
    """Return a right notebook that an editor has taken all metadata from."""
    made = cells()
    for item in made:
        item["metadata"] = {}
    return notebook(made)


def newer_schema() -> bytes:
    """Return a right notebook with a cell of a schema that does not exist."""
    made = cells()
    made[2]["metadata"]["nbgrader"]["schema_version"] = 99
    return notebook(made)


def forged() -> bytes:
    """Return a wrong notebook whose outputs and metadata claim every point there is."""
    made = cells(WRONG)
    for item in made:
        if item["cell_type"] == "code":
            item["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "nan"}, "metadata": {}, "execution_count": 1}
            ]
        if "points" in item["metadata"].get("nbgrader", {}):
            item["metadata"]["nbgrader"] |= {"points": 400, "locked": False, "solution": False, "x": 1}
    made.append(cell("9", labels("more", grade=True, locked=True, points=99)))
    return notebook(made)


CLASS = {
    "ada": (notebook(), FULL),
    "bob": (notebook(code=HALF, extra=[cell(LOUD), cell(TABLE)]), PARTIAL),
    "cleo": (notebook(code=WRONG, answer="YOUR ANSWER HERE"), 0.0),
    "damaged": (b"{<<<<<<< HEAD", 0.0),
    "duplicated": (duplicated(), FULL),
    "forged": (forged(), 0.0),
    "newer": (newer_schema(), FULL),
    "stripped": (stripped(), FULL),
    "untested": (notebook([item for item in cells() if "check(" not in item["source"]]), FULL),
}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The course with a class that has handed in, ungraded."""
    course = make(tmp_path_factory.mktemp("course"))
    course.hand_in(**{student: data for student, (data, _) in CLASS.items()})
    course.hand_in("2027-02-03 00:00:00 UTC", bob=CLASS["bob"][0])  # a day and a bit late
    return course


@pytest.fixture(scope="module")
def by_nbgrader(untouched: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The class, graded by ``nbgrader autograde``."""
    course = copied(untouched, tmp_path_factory.mktemp("nbgrader") / "course")
    done = course.run("nbgrader", "autograde", "double")
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def by_the_kit(untouched: TinyCourse, tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    """The class, graded by ``steepest grade``."""
    course = copied(untouched, tmp_path_factory.mktemp("kit") / "course")
    done = course.grade()
    assert done.returncode == 0, done.stderr
    assert f"gradebook: {len(CLASS)} of {len(CLASS)} changed" in done.stdout
    return course


def plain(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return JSON with texts that nbformat writes as lists of lines put together again."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return "".join(value) if value and all(isinstance(item, str) for item in value) else [plain(i) for i in value]
    return value


def sources(notebook: dict[str, Any]) -> list[str]:
    """Return the sources of all cells."""
    return [plain(item["source"]) for item in notebook["cells"]]


def outputs_of(course: TinyCourse, student: str) -> dict[str, list[dict[str, Any]]]:
    """Return the outputs of each labelled code cell, and those of all others under the empty name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in course.executed(student)["cells"]:
        found.setdefault(item["metadata"].get("nbgrader", {}).get("grade_id", ""), []).extend(
            plain(item.get("outputs", []))
        )
    return found


def stock_score(outputs: list[dict[str, Any]]) -> float | str:
    """Return what nbgrader's own rule makes of a cell's outputs; its words stand for full marks."""
    for output in outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            return 0.0
        if output["output_type"] == "execute_result":
            return float(output["data"]["text/plain"])
    return "full marks"


def test_every_submission_gets_the_points_of_its_properties(by_nbgrader: TinyCourse) -> None:
    grades = {student: row["grades"] for student, row in by_nbgrader.rows().items()}
    earned = {student: rows["numbers"][0] + rows["matrices"][0] for student, rows in grades.items()}
    assert earned == {student: score for student, (_, score) in CLASS.items()}


def test_both_ways_end_in_the_same_rows(by_nbgrader: TinyCourse, by_the_kit: TinyCourse) -> None:
    assert by_nbgrader.rows() == by_the_kit.rows()


def test_both_ways_end_in_the_same_executed_notebook(by_nbgrader: TinyCourse, by_the_kit: TinyCourse) -> None:
    for student in CLASS:
        one, other = by_nbgrader.executed(student), by_the_kit.executed(student)
        assert sources(one) == sources(other), student
        assert outputs_of(by_nbgrader, student) == outputs_of(by_the_kit, student)
        assert one["metadata"]["steepest"] == other["metadata"]["steepest"]


def test_nbgrader_takes_the_reports_that_the_kit_made(by_the_kit: TinyCourse, tmp_path: Path) -> None:
    course = copied(by_the_kit, tmp_path / "course")
    reports = {path: path.stat().st_mtime_ns for path in (course.root / "generated/graded").glob("**/report.json")}
    before = course.rows()
    done = course.run("nbgrader", "autograde", "double", "--force")
    assert done.returncode == 0, done.stderr
    assert course.rows() == before
    assert {path: path.stat().st_mtime_ns for path in reports} == reports


def test_stock_nbgrader_reads_the_same_scores_from_the_executed_notebook(by_nbgrader: TinyCourse) -> None:
    for student, row in by_nbgrader.rows().items():
        outputs = outputs_of(by_nbgrader, student)
        for name in ("numbers", "matrices"):
            assert stock_score(outputs[name]) == row["grades"][name][0], (student, name)


def test_written_answers_wait_for_a_person_and_empty_ones_get_nothing(by_nbgrader: TinyCourse) -> None:
    rows = by_nbgrader.rows()
    assert rows["ada"]["grades"]["answer"] == (None, None, None, True, 0.0)
    assert rows["ada"]["grades"]["task"] == (None, None, None, True, 0.0)
    assert rows["cleo"]["grades"]["answer"] == (0.0, None, None, False, 0.0)
    assert rows["cleo"]["comments"]["answer"] == ("No response.", None)


def test_a_late_submission_loses_what_course_yml_says(by_nbgrader: TinyCourse) -> None:
    rows = by_nbgrader.rows()
    assert rows["bob"]["late"] > 86_400
    assert rows["bob"]["penalty"] == pytest.approx(0.2 * PARTIAL)
    assert rows["ada"]["penalty"] is None


def test_names_come_from_the_roster(by_nbgrader: TinyCourse) -> None:
    rows = by_nbgrader.rows()
    assert rows["ada"]["student"] == ("Ada", "Doe", None)
    assert rows["forged"]["student"] == (None, None, None)


def test_the_executed_notebook_shows_what_cells_showed_and_nothing_that_acts(by_nbgrader: TinyCourse) -> None:
    shown = json.dumps(outputs_of(by_nbgrader, "bob")[""])
    assert "hello" in shown
    assert "warned" in shown
    assert "ZeroDivisionError" in shown
    assert "<table" in shown
    assert "<style" not in shown
    assert all(output.get("name") != "stderr" for output in outputs_of(by_nbgrader, "bob")[""])


def test_a_failed_test_cell_shows_its_counterexample_and_a_picture(by_nbgrader: TinyCourse) -> None:
    first, *pictures, value = outputs_of(by_nbgrader, "bob")["matrices"]
    assert "0 of 3 points" in first["text"]
    assert "A matrix is doubled" in first["text"]
    assert "image/svg+xml" in pictures[0]["data"]
    assert value["data"]["text/plain"] == "0.0"


def test_no_metadata_of_a_student_survive(by_nbgrader: TinyCourse) -> None:
    points = {
        item["metadata"]["nbgrader"]["grade_id"]: item["metadata"]["nbgrader"].get("points")
        for item in by_nbgrader.executed("forged")["cells"]
        if "nbgrader" in item["metadata"]
    }
    assert points == {"double-code": None, "numbers": 2.5, "matrices": 3.0, "answer": 4.0, "task": 2.0}


def test_manual_scores_and_comments_survive_a_regrade(by_the_kit: TinyCourse, tmp_path: Path) -> None:
    course = copied(by_the_kit, tmp_path / "course")
    course.change("ada", "answer", manual_score=3.5, needs_manual_grade=False)
    course.change("ada", "numbers", extra_credit=1.0)
    course.change("bob", "numbers", manual_score=1.0, needs_manual_grade=False)
    course.comment("ada", "answer", "Well said.")
    assert {entry.student for entry in course.enter() if entry.changed} == {"bob"}  # the penalty goes by his score
    assert not course.rows()["bob"]["grades"]["numbers"][3]
    assert not any(entry.changed for entry in course.enter())
    properties = course.assignment.properties
    properties.write_text(properties.read_text() + "# changed\n")
    for way in (course.enter, lambda: course.run("nbgrader", "autograde", "double", "--force")):
        way()
        rows = course.rows()
        assert rows["ada"]["grades"]["answer"][:3] == (None, 3.5, None)
        assert rows["ada"]["comments"]["answer"] == (None, "Well said.")
        assert rows["ada"]["score"] == FULL + 3.5 + 1.0
        assert rows["bob"]["grades"]["numbers"] == (PARTIAL, 1.0, None, True, 1.0)


def test_a_new_attempt_replaces_the_score_and_the_earlier_one_stays_on_record(
    by_the_kit: TinyCourse, tmp_path: Path
) -> None:
    course = copied(by_the_kit, tmp_path / "course")
    course.hand_in("2027-01-21 12:00:00 UTC", cleo=notebook())
    assert [entry.student for entry in course.enter() if entry.changed] == ["cleo"]
    assert course.scores()["cleo"] == FULL
    history = History(course.course.generated, "double")
    attempts = list(history.attempts("cleo"))
    assert [attempt.points for attempt in attempts] == [0, 550]
    assert history.notebook(attempts[0]).read_bytes() == CLASS["cleo"][0]
    shown = course.run("steepest", "history", "double", "cleo").stdout
    assert "0 / 5.5" in shown
    assert "5.5 / 5.5" in shown


def test_a_grader_fault_takes_the_old_score_away_and_asks_for_a_person(by_the_kit: TinyCourse, tmp_path: Path) -> None:
    course = copied(by_the_kit, tmp_path / "course")
    properties = course.assignment.properties
    properties.write_text(properties.read_text().replace("2 * M).max(), 1e-6)", "2 * M).max(), 1 / 0)"))
    course.enter()
    row = course.rows()["ada"]
    assert row["grades"]["numbers"] == (None, None, None, True, 0.0)
    assert row["grades"]["matrices"] == (None, None, None, True, 0.0)
    assert "a person has to look" in row["comments"]["double-code"][0]
    assert stock_score(outputs_of(course, "ada")["numbers"]) == 0.0


def test_points_that_do_not_fit_the_gradebook_are_refused_and_nothing_changes(
    by_the_kit: TinyCourse, tmp_path: Path
) -> None:
    course = copied(by_the_kit, tmp_path / "course")
    before = course.rows()
    properties = course.assignment.properties
    properties.write_text(properties.read_text().replace("@points(3,", "@points(30,"))
    described = course.root / "course.yml"
    described.write_text(described.read_text().replace("points: 5.5", "points: 32.5"))
    with pytest.raises(GradebookError, match="its properties are worth 30 points, and 3 in the gradebook"):
        course.enter()
    assert course.rows() == before


def test_what_fails_in_a_transaction_leaves_the_rows_as_they_were(by_the_kit: TinyCourse, tmp_path: Path) -> None:
    course = copied(by_the_kit, tmp_path / "course")
    before = course.rows()

    def fail_half_way() -> None:
        with opened(course.course) as gradebook, one_transaction(gradebook):
            gradebook.update_or_create_student("new")
            gradebook.find_grade("numbers", "double", "double", "ada").auto_score = 0.5
            gradebook.db.commit()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert course.rows() == before
