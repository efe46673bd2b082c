"""Collecting from folders, zip files and repositories: what counts is found, the rest is listed, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from steepest.collect import Change, collect
from steepest.course import Course, load_course
from steepest.handed_in import CollectError, handed_in
from steepest.notebook import MAX_NOTEBOOK_BYTES
from steepest.roster import RosterEntry
from steepest.submissions import Unmatched, find_submissions

ROSTER = (RosterEntry("euler", "Leonhard", "Euler"), RosterEntry("noether", "Emmy", "Noether"))
COURSE = """
title: Descent
timezone: UTC
assignments:
  - {id: inverse, title: The inverse, notebook: assignments/inverse/inverse.ipynb,
     properties: assignments/inverse/test_inverse.py, functions: [f], points: 1}
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of which only course.yml exists."""
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.yml").write_text(COURSE)
    return load_course(tmp_path / "course" / "course.yml")


def zipped(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2027, 2, 1, 12, 0, 0)), data)
    return path


def collected(
    course: Course, *sources: Path, with_times: bool = False, dry_run: bool = False
) -> tuple[dict[str, Change], tuple[Unmatched, ...], dict[str, tuple[str, ...]]]:
    """Return what became of each student's file, what was not matched, and the remarks."""
    handed = [item for source in sources for item in handed_in(source)]
    found, unmatched = collect(
        course, course.assignment("inverse"), handed, ROSTER, with_times=with_times, dry_run=dry_run
    )
    return {item.student: item.change for item in found}, unmatched, {item.student: item.notes for item in found}


def submission(course: Course, student: str) -> Path:
    return course.generated / "submitted" / student / "inverse" / "inverse.ipynb"


def test_a_canvas_zip_gives_each_student_the_newest_version_of_the_named_file(course: Course, tmp_path: Path) -> None:
    entries = {
        "eulerleonhard_1_10_inverse.ipynb": b"first",
        "eulerleonhard_LATE_1_11_inverse-1.ipynb": b"second",
        "eulerleonhard_1_12_scratch.ipynb": b"scratch",
        "noetheremmy_2_20_my work.ipynb": b"renamed",
        "strangerdanger_3_30_inverse.ipynb": b"?",
    }
    changes, unmatched, notes = collected(course, zipped(tmp_path / "canvas.zip", entries))
    assert changes == {"euler": Change.NEW, "noether": Change.NEW}
    assert submission(course, "euler").read_bytes() == b"second"
    assert submission(course, "noether").read_bytes() == b"renamed"
    assert notes["euler"][0] == "2 earlier or other files left aside"
    assert notes["euler"][1].startswith("the platform marks it as late, and tells no time")
    assert notes["noether"] == ("renamed from noetheremmy_2_20_my work.ipynb",)
    assert [thing.name for thing in unmatched] == ["strangerdanger_3_30_inverse.ipynb"]


def test_grading_finds_what_was_collected(course: Course, tmp_path: Path) -> None:
    entries = {"Emmy Noether_7_assignsubmission_file_/Inverse (2).ipynb": b"x"}
    collected(course, zipped(tmp_path / "moodle.zip", entries))
    found, unmatched = find_submissions([course.generated / "submitted"], "inverse", ["noether"])
    assert [(item.student, item.path) for item in found] == [("noether", submission(course, "noether"))]
    assert unmatched == ()


def test_collecting_twice_changes_nothing_and_a_new_version_keeps_the_old_one(course: Course, tmp_path: Path) -> None:
    first = zipped(tmp_path / "1.zip", {"eulerleonhard_1_10_inverse.ipynb": b"first"})
    second = zipped(tmp_path / "2.zip", {"eulerleonhard_1_11_inverse.ipynb": b"second"})
    assert collected(course, first)[0] == {"euler": Change.NEW}
    assert collected(course, first)[0] == {"euler": Change.SAME}
    assert collected(course, second, dry_run=True)[0] == {"euler": Change.REPLACED}
    assert submission(course, "euler").read_bytes() == b"first"
    assert collected(course, second)[0] == {"euler": Change.REPLACED}
    (kept,) = (course.generated / "replaced" / "euler" / "inverse").iterdir()
    assert kept.read_bytes() == b"first"


def test_several_files_of_which_any_may_count_are_listed_and_none_is_taken(course: Course, tmp_path: Path) -> None:
    entries = {"eulerleonhard_1_10_a.ipynb": b"a", "eulerleonhard_1_11_b.ipynb": b"b"}
    changes, unmatched, _ = collected(course, zipped(tmp_path / "z.zip", entries))
    assert changes == {}
    assert len(unmatched) == 2
    assert all("euler handed in several" in thing.reason for thing in unmatched)


def test_names_in_a_zip_lead_nowhere(course: Course, tmp_path: Path) -> None:
    entries = {"../../noether.ipynb": b"1", "/euler/inverse/inverse.ipynb": b"2", "euler/../../x/inverse.ipynb": b"3"}
    before = set(tmp_path.rglob("*"))
    source = zipped(tmp_path / "slip.zip", entries)
    collected(course, source)
    made = {path for path in set(tmp_path.rglob("*")) - before - {source} if path.is_file()}
    assert all(path.is_relative_to(course.generated) for path in made)


def test_a_file_that_is_too_large_or_packed_is_listed_with_the_way_out(course: Course, tmp_path: Path) -> None:
    entries = {
        "eulerleonhard_1_10_inverse.ipynb": bytes(MAX_NOTEBOOK_BYTES + 1),
        "noetheremmy_1_10_inverse.zip": b"PK",
    }
    changes, unmatched, _ = collected(course, zipped(tmp_path / "bomb.zip", entries))
    assert changes == {}
    reasons = {thing.name: thing.reason for thing in unmatched}
    assert "clear the outputs" in reasons["eulerleonhard_1_10_inverse.ipynb"]
    assert "unpack it and hand in the .ipynb file itself" in reasons["noetheremmy_1_10_inverse.zip"]


def test_what_a_student_without_a_notebook_handed_in_is_listed(course: Course, tmp_path: Path) -> None:
    entries = {
        "eulerleonhard_1_10_answer.pdf": b"%PDF",
        "noetheremmy_1_10_answer.pdf": b"%PDF",
        "noetheremmy_1_11_inverse.ipynb": b"x",
    }
    changes, unmatched, _ = collected(course, zipped(tmp_path / "z.zip", entries))
    assert changes == {"noether": Change.NEW}
    assert [(thing.name, "no notebook (.pdf)" in thing.reason) for thing in unmatched] == [
        ("eulerleonhard_1_10_answer.pdf", True)
    ]


def test_a_notebook_without_any_function_of_the_assignment_is_remarked(course: Course, tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": "def g(x):\n    return x", "outputs": []}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    entries = {"eulerleonhard_1_10_inverse.ipynb": json.dumps(book).encode()}
    _, _, notes = collected(course, zipped(tmp_path / "z.zip", entries))
    assert notes["euler"] == ("defines none of f: another assignment's notebook?",)


def test_a_zip_that_does_not_say_that_its_names_are_utf_8_is_read_all_the_same(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"galois\u00e9variste_1_2_inverse.ipynb": b"x"})
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place + 1] &= ~0x08
    path.write_bytes(bytes(data))
    (item,) = handed_in(path)
    assert item.path.name == "galois\u00e9variste_1_2_inverse.ipynb"


def test_a_damaged_zip_says_to_download_it_again(course: Course, tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(CollectError, match=r"broken\.zip: not a zip file .* Try: download it again"):
        collected(course, tmp_path / "broken.zip")


def test_a_link_in_a_folder_is_listed_and_not_followed(course: Course, tmp_path: Path) -> None:
    (tmp_path / "secret.ipynb").write_bytes(b"secret")
    (tmp_path / "in").mkdir()
    os.symlink(tmp_path / "secret.ipynb", tmp_path / "in" / "euler.ipynb")
    changes, unmatched, _ = collected(course, tmp_path / "in")
    assert changes == {}
    assert "link" in unmatched[0].reason


def test_times_are_taken_from_the_files_only_when_asked(course: Course, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "euler.ipynb").write_bytes(b"1")
    os.utime(tmp_path / "in" / "euler.ipynb", (0, datetime(2027, 2, 1, 12, tzinfo=UTC).timestamp()))
    stamp = submission(course, "euler").with_name("timestamp.txt")
    collected(course, tmp_path / "in")
    assert not stamp.exists()
    (tmp_path / "in" / "euler.ipynb").write_bytes(b"2")
    os.utime(tmp_path / "in" / "euler.ipynb", (0, datetime(2027, 2, 1, 12, tzinfo=UTC).timestamp()))
    collected(course, tmp_path / "in", with_times=True)
    assert stamp.read_text() == "2027-02-01 12:00:00.000000 UTC"


def test_a_repository_tells_the_time_of_its_commit_and_runs_nothing(course: Course, tmp_path: Path) -> None:
    repository = tmp_path / "all" / "inverse-noether"
    repository.mkdir(parents=True)
    (repository / "inverse.ipynb").write_bytes(b"committed")
    identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "GIT_COMMITTER_DATE": "2027-01-31T10:00:00+0100"}
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "done"]):
        subprocess.run(["git", "-C", str(repository), *command], check=True, env=environment)
    marker = tmp_path / "ran"
    for key in ("core.fsmonitor", "core.pager", "gpg.program"):
        subprocess.run(["git", "-C", str(repository), "config", key, f"touch {marker}; false"], check=True)
    subprocess.run(["git", "-C", str(repository), "config", "log.showSignature", "true"], check=True)
    changes, unmatched, _ = collected(course, tmp_path / "all", with_times=True)
    assert changes == {"noether": Change.NEW}
    assert unmatched == ()
    assert submission(course, "noether").with_name("timestamp.txt").read_text() == "2027-01-31 09:00:00.000000 UTC"
    assert not marker.exists()
