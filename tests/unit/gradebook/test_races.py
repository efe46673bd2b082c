"""Two graders that add the same row at once: the second one finds it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from steepest.gradebook.races import look_again


class Refused(Exception):
    """What nbgrader raises for a row that exists."""


class Gradebook:
    """Adds a row at the first look, and another grader was quicker."""

    def __init__(self, refusals: int, why: str = "UNIQUE constraint failed", **session: object) -> None:
        self.refusals = refusals
        self.why = why
        self.db = SimpleNamespace(**session)

    def update_or_create_submission(self, name: str) -> str:
        self.refusals -= 1
        if self.refusals >= 0:
            raise Refused(self.why)
        return name

    update_or_create_student = update_or_create_submission


@pytest.fixture(autouse=True)
def api(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("update_or_create_submission", "update_or_create_student"):
        monkeypatch.setattr(Gradebook, name, getattr(Gradebook, name))
    module = SimpleNamespace(Gradebook=Gradebook, InvalidEntry=Refused)
    look_again(module)
    look_again(module)


def test_a_row_that_was_just_added_by_another_is_found() -> None:
    assert Gradebook(1).update_or_create_submission("ada") == "ada"


def test_a_row_that_is_refused_twice_is_an_error() -> None:
    with pytest.raises(Refused):
        Gradebook(2).update_or_create_student("ada")


def test_a_full_disk_is_no_race() -> None:
    with pytest.raises(Refused):
        Gradebook(1, "database or disk is full").update_or_create_student("ada")


def test_within_a_transaction_nothing_is_tried_again() -> None:
    with pytest.raises(Refused):
        Gradebook(1, commit=None).update_or_create_student("ada")
