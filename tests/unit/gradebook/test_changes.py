"""Published scores that change: what counts as one, what is said of it, and that it stays on record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from steepest.gradebook.changes import LATE, Change, Changes, Published, change_of
from steepest.model import GradeReport, Provenance

REPORT = GradeReport("double", "ada", (), (), (), Provenance("a", "b", "c", (), (), "cpu", ()))
TESTS = ("matrices", "numbers")
FULL = Published({"numbers": 2.5, "matrices": 3.0, "answer": None}, 0.0)
HALF = Published({"numbers": 2.5, "matrices": 0.0, "answer": None}, 0.0)
NOTHING = Published({"numbers": None, "matrices": None, "answer": None}, 0.0)


def change(before: Published, after: Published, report: GradeReport = REPORT) -> Change | None:
    """Return what became of a published score."""
    return change_of(before, after, report, TESTS)


def test_a_change_names_the_student_both_scores_why_and_each_cell_that_changed() -> None:
    found = change(FULL, HALF)
    assert found is not None
    assert (found.student, found.old, found.new, found.cells) == ("ada", 5.5, 2.5, {"matrices": (3.0, 0.0)})
    assert replace(found, why=("kit", "versions")).text == "ada: 5.5 -> 2.5 (kit, versions); matrices 3 -> 0"


def test_what_was_not_published_cannot_change_and_what_is_the_same_did_not() -> None:
    assert change(NOTHING, FULL) is None
    assert change(replace(NOTHING, cells={"answer": 0.0}), FULL) is None
    assert change(FULL, FULL) is None


def test_points_that_a_person_gave_are_a_published_score_though_the_grader_failed() -> None:
    found = change(
        replace(NOTHING, cells={**NOTHING.cells, "answer": 4.0}), replace(FULL, cells={**FULL.cells, "answer": 4.0})
    )
    assert found is not None
    assert (found.old, found.new) == (4.0, 9.5)


def test_points_that_move_from_one_cell_to_another_are_a_change_though_the_sum_is_the_same() -> None:
    found = change(
        Published({"numbers": 1.0, "matrices": 0.0}, 0.0),
        Published({"numbers": 0.0, "matrices": 1.0}, 0.0),
    )
    assert found is not None
    assert (found.old, found.new, len(found.cells)) == (1.0, 1.0, 2)


def test_a_penalty_alone_is_a_change_and_says_so_itself() -> None:
    found = change(FULL, replace(FULL, penalty=0.55))
    assert found is not None
    assert found.why == (LATE,)
    assert found.text == "ada: 5.5 -> 4.95 (late penalty)"


def test_a_fault_leaves_no_score_and_the_change_says_that() -> None:
    found = change(FULL, NOTHING, replace(REPORT, fault="the judge broke"))
    assert found is not None
    assert found.new is None
    assert "5.5 -> no score, the grader failed" in found.text
    assert "numbers 2.5 -> nothing" in found.text


def test_a_fault_in_the_place_of_a_zero_is_a_change() -> None:
    zero = Published({"numbers": 0.0, "matrices": 0.0, "answer": None}, 0.0)
    found = change(zero, NOTHING, replace(REPORT, fault="the judge broke"))
    assert found is not None
    assert (found.old, found.new, sorted(found.cells)) == (0.0, None, ["matrices", "numbers"])
    assert change(NOTHING, NOTHING, replace(REPORT, fault="the judge broke")) is None


def test_a_penalty_takes_nothing_below_nothing() -> None:
    assert Published({"numbers": 1.0}, 2.0).score == 0.0


@pytest.mark.parametrize("torn", [b"", b'{"time": "2027', b'{"student": "ada"}\n', b"[]\n"])
def test_changes_are_read_as_they_were_written_and_a_torn_line_spoils_no_other(tmp_path: Path, torn: bytes) -> None:
    first = Change("2027-02-01T00:00:00+00:00", "ada", 5.5, None, ("kit",), {"numbers": (2.5, None)}, "me")
    second = replace(first, student="bob", new=1.0)
    changes = Changes(tmp_path, "double")
    assert list(changes.all()) == []
    changes.add(first)
    with changes.path.open("ab") as file:
        file.write(torn)
    changes.add(second)
    assert list(changes.all()) == [first, second]
    assert list(Changes(tmp_path, "double").all("bob")) == [second]
