"""Finding submissions: every layout, and nothing dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from steepest.errors import NotebookError
from steepest.submissions import find_submissions


def put(path: Path, text: str = "{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_submitted_layout_of_nbgrader_is_found(tmp_path: Path) -> None:
    for student in ("hopper", "ada"):
        put(tmp_path / student / "inverse" / "inverse.ipynb")
    found, unmatched = find_submissions([tmp_path], "inverse")
    assert [submission.student for submission in found] == ["ada", "hopper"]
    assert unmatched == ()


def test_a_folder_of_notebooks_is_named_after_students(tmp_path: Path) -> None:
    put(tmp_path / "ada.ipynb")
    put(tmp_path / "notes.txt")
    found, _ = find_submissions([tmp_path], "inverse")
    assert [(submission.student, submission.read()) for submission in found] == [("ada", b"{}")]


@pytest.mark.parametrize("given", ["ada/inverse/inverse.ipynb", "ada"])
def test_one_student_of_the_layout_is_found(tmp_path: Path, given: str) -> None:
    put(tmp_path / "ada" / "inverse" / "inverse.ipynb")
    found, _ = find_submissions([tmp_path / given], "inverse")
    assert [submission.student for submission in found] == ["ada"]


def test_a_renamed_notebook_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "inverse" / "Inverse (final).ipynb")
    found, _ = find_submissions([tmp_path], "inverse")
    assert found[0].read() == b"{}"


def test_of_several_notebooks_the_one_with_the_right_name_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "inverse" / "Inverse.ipynb", "right")
    put(tmp_path / "ada" / "inverse" / "scratch.ipynb", "wrong")
    found, _ = find_submissions([tmp_path], "inverse")
    assert found[0].read() == b"right"


def test_notebooks_between_which_nothing_decides_are_listed_and_not_graded(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "inverse" / "a.ipynb").write_bytes(b"[]")
    put(tmp_path / "ada" / "inverse" / "b.ipynb")
    found, unmatched = find_submissions([tmp_path], "inverse")
    assert found == ()
    assert [Path(thing.name).name for thing in unmatched] == ["a.ipynb", "b.ipynb"]
    assert all("2 different submissions of ada were given. Try: " in thing.reason for thing in unmatched)


def test_a_student_without_a_notebook_is_not_dropped(tmp_path: Path) -> None:
    (tmp_path / "ada" / "inverse").mkdir(parents=True)
    found, _ = find_submissions([tmp_path], "inverse")
    assert "no notebook" in str(found[0].read())


def test_the_same_student_twice_is_refused_and_not_guessed(tmp_path: Path) -> None:
    first, second = put(tmp_path / "monday" / "ada.ipynb"), put(tmp_path / "tuesday" / "ada.ipynb")
    second.write_bytes(b"[]")
    found, unmatched = find_submissions([first, second], "inverse")
    assert found == ()
    assert len(unmatched) == 2


def test_the_same_notebook_in_two_places_counts_once(tmp_path: Path) -> None:
    first, second = put(tmp_path / "monday" / "ada.ipynb"), put(tmp_path / "tuesday" / "ada.ipynb")
    found, unmatched = find_submissions([first, second], "inverse")
    assert [submission.read() for submission in found] == [b"{}"]
    assert unmatched == ()


def test_the_same_file_given_twice_counts_once(tmp_path: Path) -> None:
    path = put(tmp_path / "ada.ipynb")
    found, _ = find_submissions([path, tmp_path], "inverse")
    assert found[0].read() == b"{}"


@pytest.mark.parametrize("name", ["a b", "-rf", "ada\u202e", "\uff41da", "x" * 80, "ada\n"])
def test_a_name_that_cannot_be_an_id_is_listed(tmp_path: Path, name: str) -> None:
    put(tmp_path / f"{name}.ipynb")
    found, unmatched = find_submissions([tmp_path], "inverse")
    assert found == ()
    assert len(unmatched) == 1
    assert "\n" not in unmatched[0].name


def test_a_stranger_to_the_roster_is_listed_and_case_is_forgiven(tmp_path: Path) -> None:
    put(tmp_path / "ADA.ipynb")
    put(tmp_path / "mallory.ipynb")
    found, unmatched = find_submissions([tmp_path], "inverse", ["ada"])
    assert [submission.student for submission in found] == ["ada"]
    assert [thing.reason for thing in unmatched] == ["no student 'mallory' in the roster"]


def test_a_link_in_the_place_of_a_notebook_is_refused(tmp_path: Path) -> None:
    secret = put(tmp_path / "secret.txt", "secret")
    folder = tmp_path / "class" / "ada" / "inverse"
    folder.mkdir(parents=True)
    (folder / "inverse.ipynb").symlink_to(secret)
    found, _ = find_submissions([tmp_path / "class"], "inverse")
    assert isinstance(found[0].read(), NotebookError)


def test_a_folder_that_links_to_another_students_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "inverse" / "inverse.ipynb")
    (tmp_path / "mallory").symlink_to(tmp_path / "ada", target_is_directory=True)
    found, _ = find_submissions([tmp_path], "inverse")
    assert found[0].read() == b"{}"
    assert "link" in str(found[1].read())
