"""A repository that is handed in runs nothing, holds nobody up, and loses nobody's notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path, PurePosixPath

import pytest

from steepest.commit_times import WALL_S, CommitTimeError, commit_time
from steepest.course import _tracked_by_git

from . import repositories
from .repositories import HINDERS, NAME, STAMP, STARTS, commit, git, honest

pytestmark = pytest.mark.hostile

SLOW = {"endless": pytest.mark.slow}
COURSE = """
title: Descent
timezone: UTC
roster: roster.csv
assignments:
  - {id: inverse, title: The inverse, notebook: assignments/inverse/inverse.ipynb,
     properties: assignments/inverse/test_inverse.py, functions: [f], points: 1}
"""


class Course:
    """A course on disk, a folder of repositories beside it, and a ``git`` on the path that leaves a marker."""

    def __init__(self, root: Path) -> None:
        self.root, self.marks, self.inbox = root / "course", root / "marks", root / "in" / "all"
        self.repository = self.inbox / "inverse-noether"
        for folder in (self.root, self.marks, root / "programs"):
            folder.mkdir()
        (self.root / "course.yml").write_text(COURSE)
        rows = ["id,first_name,last_name,email", "noether,Emmy,Noether,", "euler,Leonhard,Euler,"]
        (self.root / "roster.csv").write_text("\n".join(rows))
        self._programs = root / "programs"
        (self._programs / "git").write_text(f"#!/bin/sh\ntouch '{self.marks}/git'\n")
        (self._programs / "git").chmod(0o755)

    def collect(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the command as an instructor does, with a token in the environment."""
        command = [sys.executable, "-I", "-m", "steepest", "collect", "inverse", str(self.inbox), *options]
        environment = {"PATH": f"{self._programs}:{os.environ['PATH']}", "COLUMNS": "300", "COLLECT_TOKEN": "secret"}
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=100)

    def stamp(self, student: str = "noether") -> str:
        """Return the time of submission that was written."""
        path = self.root / "generated" / "submitted" / student / "inverse" / "timestamp.txt"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


@pytest.mark.parametrize("options", [[], ["--with-times"], ["--with-times", "--dry-run"]], ids=str)
@pytest.mark.parametrize("kind", STARTS)
def test_a_repository_starts_no_program(course: Course, kind: str, options: list[str]) -> None:
    STARTS[kind](course.repository, course.marks)
    done = course.collect(*options)
    assert done.returncode == 0, done.stderr
    assert "1 of 2" in done.stdout
    assert list(course.marks.iterdir()) == []


@pytest.mark.parametrize("kind", ["programs", "included settings"])
def test_settings_of_a_repository_change_no_time(course: Course, kind: str) -> None:
    STARTS[kind](course.repository, course.marks)
    course.collect("--with-times")
    assert course.stamp() == STAMP


@pytest.mark.parametrize("kind", STARTS)
def test_the_question_whether_git_tracks_a_secret_starts_no_program(tmp_path: Path, kind: str) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    STARTS[kind](tmp_path / "repository", marks)
    _tracked_by_git(tmp_path / "repository" / NAME)
    assert list(marks.iterdir()) == []


def test_a_secret_that_git_tracks_is_still_found(tmp_path: Path) -> None:
    honest(tmp_path / "repository")
    (tmp_path / "repository" / "other").touch()
    assert _tracked_by_git(tmp_path / "repository" / NAME)
    assert not _tracked_by_git(tmp_path / "repository" / "other")
    assert not _tracked_by_git(tmp_path / "no-repository")


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=SLOW.get(kind, ())) for kind in HINDERS])
def test_a_repository_that_tells_no_time_is_collected_with_a_remark(course: Course, kind: str) -> None:
    HINDERS[kind](course.repository)
    honest(course.inbox / "euler")
    done = course.collect("--with-times")
    assert done.returncode == 0, done.stderr
    assert "2 of 2" in done.stdout
    assert "no time of a commit" in done.stdout
    assert "No penalty follows by itself" in " ".join(done.stdout.split())
    assert course.stamp() == ""
    assert course.stamp("euler") == STAMP


def test_a_reader_that_waits_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert WALL_S <= 30
    monkeypatch.setattr("steepest.commit_times.WALL_S", 0.01)
    with pytest.raises(CommitTimeError, match=r"within 0\.01 s"):
        commit_time(honest(tmp_path / "repository"), PurePosixPath(NAME))


@pytest.mark.parametrize("answer", ["", "x", "2027-13-01T00:00:00Z", "2027-01-01", "2027-01-01T00:00:00Z\nx", "-\n-"])
def test_an_answer_that_is_no_time_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str) -> None:
    monkeypatch.setattr("steepest.commit_times._answer", lambda question: answer)
    with pytest.raises(CommitTimeError):
        commit_time(honest(tmp_path / "repository"), PurePosixPath(NAME))


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CommitTimeError, match=r"pip install 'steepest\[git\]'"):
        commit_time(honest(tmp_path / "repository"), PurePosixPath(NAME))


def packed(folder: Path) -> Path:
    git(honest(folder), "gc", "-q")
    return folder


def shallow(folder: Path) -> Path:
    source = honest(folder.parent / "source")
    git(folder.parent, "clone", "-q", "--depth", "1", f"file://{source}", str(folder))
    return folder


def detached(folder: Path) -> Path:
    git(honest(folder), "checkout", "-q", "--detach", "HEAD~1")
    return folder


def merged(folder: Path) -> Path:
    git(honest(folder), "checkout", "-q", "-b", "side", "HEAD~1")
    commit(folder, NAME, b"changed", "2027-01-31T12:00:00+0000")
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-edit", "side", time="2027-02-03T00:00:00+0000")
    return folder


def nested(folder: Path) -> Path:
    commit(honest(folder), "a/b/inverse.ipynb", b"deep", "2027-02-01T12:00:00+0530")
    commit(folder, "a/other", b"x", "2027-02-09T12:00:00+0000")
    return folder


@pytest.mark.parametrize("make", [honest, packed, shallow, detached, merged, nested])
def test_times_are_those_that_git_tells(tmp_path: Path, make: object) -> None:
    assert callable(make)
    folder = make(tmp_path / "repository")
    for name in git(folder, "ls-files").splitlines():
        told = datetime.fromisoformat(git(folder, "log", "-1", "--format=%cI", "--", name))
        assert commit_time(folder, PurePosixPath(name)) == told, name


def test_a_file_that_was_never_committed_has_no_time(tmp_path: Path) -> None:
    folder = honest(tmp_path / "repository")
    (folder / "new.ipynb").touch()
    assert commit_time(folder, PurePosixPath("new.ipynb")) is None
    assert commit_time(folder, PurePosixPath(f"{repositories.NAME}/x")) is None
