"""Gradescope's zip, unpacked into a tree that is laid out as the platform does, and run there.

``setup.sh`` installs from a package index as root, so only its syntax is looked at here; the environment at hand
stands in for what it makes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import RIGHT, SmallCourse, notebook
from tests.hostile.planted import plant

pytestmark = pytest.mark.slow

METADATA = {
    "id": 123,
    "created_at": "2027-01-10T12:00:00.000000+01:00",
    "assignment": {"due_date": "2027-02-01T23:59:00+01:00", "late_due_date": None, "total_points": "36.0"},
    "previous_submissions": [],
}


def platform(course: SmallCourse, root: Path, data: bytes, *options: str) -> Path:
    """Return the platform's folder with a package and a submission in it."""
    made = course.run("package", "gradescope", "inverse", "--output", str(root / "package.zip"), *options)
    assert made.returncode == 0, made.stderr
    folder = root / "autograder"
    for name in ("source", "submission", "results"):
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(root / "package.zip") as archive:
        archive.extractall(folder / "source")
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["run_autograder"] & 0o111
    assert modes["setup.sh"] & 0o111
    (folder / "run_autograder").write_bytes((folder / "source" / "run_autograder").read_bytes())
    (folder / "run_autograder").chmod(0o755)
    (folder / "submission" / "inverse.ipynb").write_bytes(data)
    (folder / "submission_metadata.json").write_text(json.dumps(METADATA))
    return folder


def run(
    folder: Path,
    python: Path = Path(sys.executable),
    *,
    cwd: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the results of a run; the exit code must be 0, whatever happens."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "STEEPEST_ROOT": str(folder),
        "STEEPEST_VENV": str(python.parent.parent),
        "OMP_NUM_THREADS": "1",
        **(more or {}),
    }
    command = [str(folder / "run_autograder")]
    done = subprocess.run(command, cwd=cwd or folder, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads((folder / "results" / "results.json").read_bytes())
    return record


def test_a_package_grades_on_the_platform_on_the_real_exam_and_repeats_when_limited(
    course: SmallCourse, tmp_path: Path
) -> None:
    folder = platform(course, tmp_path / "platform", notebook(RIGHT), "--per-day", "1")
    first = run(folder)
    assert (first["score"], first["visibility"]) == (36, "after_due_date")
    exam = subprocess.run(["sha256sum", folder / "source" / "exam.safetensors"], capture_output=True, text=True)
    assert first["extra_data"]["exam_sha256"] == exam.stdout.split()[0]
    assert folder.joinpath("source").stat().st_mode & 0o077 == 0
    earlier = {"submission_time": "2027-01-10T11:00:00+01:00", "autograder_error": False, "results": first}
    later = METADATA | {"created_at": "2027-01-10T12:30:00+01:00", "previous_submissions": [earlier]}
    (folder / "submission_metadata.json").write_text(json.dumps(later))
    again = run(folder)
    assert again["output"].startswith("NOT GRADED AGAIN")
    assert again["score"] == 36


def test_nothing_that_was_handed_in_beside_the_notebook_is_run_or_read(course: SmallCourse, tmp_path: Path) -> None:
    folder = platform(course, tmp_path / "platform", notebook("calculate_inverse = None"))
    submission, marks = folder / "submission", tmp_path / "marks"
    plant(submission, marks)
    before = sorted(submission.rglob("*"))
    more = {"PYTHONPATH": str(submission), "PYTHONHOME": "", "PYTHONSTARTUP": str(submission / "struct.py")}
    more |= {"PYTEST_PLUGINS": "conftest", "HYPOTHESIS_STORAGE_DIRECTORY": str(submission / ".hypothesis")}
    record = run(folder, cwd=submission, more=more | {"PYTHONUSERBASE": str(submission / ".local")})
    assert record["extra_data"]["graded"] is True
    assert record["score"] < 36
    assert list(marks.iterdir()) == []
    assert sorted(submission.rglob("*")) == before


def test_a_package_without_its_environment_leaves_words_and_a_valid_result(course: SmallCourse, tmp_path: Path) -> None:
    folder = platform(course, tmp_path / "platform", b"", "--practice")
    assert not (folder / "source" / "exam.safetensors").exists()
    record = run(folder, tmp_path / "nothing" / "bin" / "python")
    assert record["output"].startswith("NOT GRADED")
    assert record["extra_data"] == {"graded": False}
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(folder / "source" / script)], check=True)


def test_the_same_course_gives_the_same_package(course: SmallCourse, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        made = course.run("package", "gradescope", "inverse", "--output", str(tmp_path / name))
        assert "SECRET: it holds the exam" in made.stdout.replace("\n", " ")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
