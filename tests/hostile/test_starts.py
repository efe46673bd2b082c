"""Programs of the kit that are started in a student's folder run nothing of it and read no settings there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import RIGHT, SECRET, SmallCourse, course, notebook
from tests.hostile.planted import plant

__all__ = ["course"]  # the fixture

pytestmark = pytest.mark.hostile

COMMAND = [str(Path(sys.executable).with_name("steepest"))]


def start(words: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8", **more}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    return tmp_path / "marks"


@pytest.mark.slow
def test_judges_that_are_started_in_a_students_folder_import_nothing_of_it(course: SmallCourse, marks: Path) -> None:
    folder = course.root / "inbox"
    folder.mkdir()
    for student in ("ada", "bob"):
        (folder / f"{student}.ipynb").write_bytes(notebook(RIGHT))
    plant(folder, marks)
    options = ["--jobs", "2", "--anyone", "--course", str(course.root / "course.yml")]
    done = start([*COMMAND, "grade", "inverse", "ada.ipynb", "bob.ipynb", *options], folder, STEEPEST_SECRET=SECRET)
    assert sorted(course.reports()) == ["ada", "bob"], done.stderr
    assert list(marks.iterdir()) == []


STORAGE = """
from steepest._surroundings import leave_current_folder
leave_current_folder()
from hypothesis import given, settings, strategies
from hypothesis.configuration import storage_directory
settings(database=None)(given(strategies.text())(lambda text: None))()
print(storage_directory("unicode_data").path)
"""


def test_hypothesis_keeps_and_reads_nothing_in_the_current_folder(tmp_path: Path, marks: Path) -> None:
    plant(tmp_path, marks)
    before = sorted((tmp_path / ".hypothesis").rglob("*"))
    done = start([sys.executable, "-P", "-c", STORAGE], tmp_path)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).is_relative_to(tmp_path)
    assert sorted((tmp_path / ".hypothesis").rglob("*")) == before
    assert list(marks.iterdir()) == []


def test_python_m_leaves_the_current_folder_behind_as_soon_as_it_can(tmp_path: Path, marks: Path) -> None:
    """``python -m`` has imported the standard library's part by then; what comes later is not a student's."""
    marks.mkdir()
    for name in ("click", "rich", "yaml", "numpy", "hypothesis"):
        (tmp_path / f"{name}.py").write_text(f"open({str(marks / name)!r}, 'w').close()")
    done = start([sys.executable, "-m", "steepest", "collect", "--help"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert list(marks.iterdir()) == []


@pytest.mark.slow
def test_a_checkout_that_is_named_is_asked_for_its_notebook_alone(course: SmallCourse, marks: Path) -> None:
    folder = course.root / "clone"
    folder.mkdir()
    (folder / "inverse.ipynb").write_bytes(notebook(RIGHT))
    plant(folder, marks)
    before = sorted(folder.rglob("*"))
    options = ["ci", "inverse", "--checkout", str(folder), "--write", "json"]
    done = start([sys.executable, "-I", "-m", "steepest", *options], course.root)
    assert "36 / 36" in done.stdout, done.stderr
    assert sorted(folder.rglob("*")) == before
    assert list(marks.iterdir()) == []
