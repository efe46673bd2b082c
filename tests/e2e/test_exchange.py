"""nbgrader's exchange on a shared folder: released, fetched, submitted twice, collected, graded, handed back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, SECRET

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

STUDENT = "cauchy"
COURSE = """
title: Descent
timezone: UTC
secret: {env: STEEPEST_SECRET}
gradebook: {course_id: la1, exchange: ../exchange}
assignments:
  - id: inverse
    title: The inverse
    notebook: assignments/inverse/inverse.ipynb
    properties: assignments/inverse/test_inverse.py
    functions: [safe_learning_rate, calculate_inverse]
    points: 36
    due: 2027-02-01T23:59
"""


def run(folder: Path, *command: str, user: str = STUDENT) -> str:
    """Return what a program of this environment said, run in a folder in a user's name."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    home = folder.parent / "home"
    names = {"USER": user, "LOGNAME": user, "JUPYTERHUB_USER": user, "HOME": str(home)}
    environment = {"PATH": programs, "STEEPEST_SECRET": SECRET, "LC_ALL": "C.UTF-8", "COLUMNS": "120", **names}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """The instructor's course with an exam drawn and a release made, and an empty folder of a student's."""
    course, student, exchange = tmp_path / "course", tmp_path / "student", tmp_path / "exchange"
    for folder in (course, student, exchange, tmp_path / "home"):
        folder.mkdir()
    exchange.chmod(0o777)
    (course / "course.yml").write_text(COURSE)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "assignments" / "inverse", course / "assignments" / "inverse")
    settings = f'c = get_config()\nc.CourseDirectory.course_id = "la1"\nc.Exchange.root = "{exchange}"\n'
    (student / "nbgrader_config.py").write_text(settings)
    run(course, "steepest", "exam", "draw", "inverse")
    run(course, "nbgrader", "generate_assignment", "inverse")
    run(course, "nbgrader", "release_assignment", "inverse")
    return course, student


def test_a_submission_goes_through_the_exchange_and_its_score_comes_back(places: tuple[Path, Path]) -> None:
    course, student = places
    run(student, "nbgrader", "fetch_assignment", "inverse")
    assert (student / "inverse" / "test_inverse.py").is_file()
    sample = ROOT / "examples" / "submitted" / STUDENT / "inverse" / "inverse.ipynb"
    shutil.copyfile(sample, student / "inverse" / "inverse.ipynb")
    run(student, "nbgrader", "submit", "inverse")
    run(course, "nbgrader", "collect", "inverse")
    said = run(course, "steepest", "grade", "inverse", "generated/submitted")
    assert "36 / 36" in said
    assert "gradebook: 1 of 1 changed" in said
    run(course, "nbgrader", "generate_feedback", "inverse")
    run(course, "nbgrader", "release_feedback", "inverse")
    run(student, "nbgrader", "fetch_feedback", "inverse")
    (page,) = (student / "inverse" / "feedback").rglob("inverse.html")
    assert "36" in page.read_text(encoding="utf-8")
    assert not list((student / "inverse").rglob("*.safetensors"))
