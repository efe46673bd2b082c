"""``steepest validate`` in a released folder: the score that grading would give, in the sandbox or without one."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from steepest.grade_class import confining_walls
from steepest.kit_wheel import kit_wheel
from steepest.model import Verdict
from steepest.released import released_assignment
from steepest.validate import validate

from .conftest import RIGHT, ROOT, TRANSPOSED, notebook

pytestmark = pytest.mark.slow

ELSEWHERE = """
import os, sys
# What others import there is theirs to get right.
import click, IPython, hypothesis, jinja2, pydantic, pytest, rich.progress, torch
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
no_flags = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_DIRECTORY")
for name in ("fork", "geteuid", "getuid", "chown", "pipe2", "setsid", "sched_getaffinity", *no_flags):
    if hasattr(os, name):
        delattr(os, name)
sys.platform = "win32"
from steepest.cli import steepest
steepest(["validate", *sys.argv[1:]])
"""
"""A machine that is no Linux, as far as the kit can tell."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A released folder with a notebook whose inverse is transposed; it calls ``check`` as released ones do."""
    shutil.copy(ROOT / "assignments" / "inverse" / "test_inverse.py", tmp_path)
    (tmp_path / "inverse.ipynb").write_bytes(notebook(f"from steepest import check\n{TRANSPOSED}\ncheck(1)"))
    return tmp_path


def run(folder: Path, command: Sequence[str], path: str = "") -> subprocess.CompletedProcess[str]:
    """Return the finished command, run in the folder."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
    if path:
        environment["PYTHONPATH"] = path
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)


def test_the_score_is_the_same_with_and_without_a_sandbox(folder: Path) -> None:
    assignment = released_assignment(folder)
    path = folder / "inverse.ipynb"
    inside, outside = validate(assignment, path, confining_walls()), validate(assignment, path, ())
    assert inside.properties == outside.properties
    assert inside.cells == outside.cells == ()
    assert outside.provenance.walls == ()
    verdicts = {result.name: result.verdict for result in outside.properties}
    assert verdicts["test_well_conditioned_matrices"] is Verdict.FAILED
    assert verdicts["test_diagonal_matrices"] is Verdict.PASSED


def test_a_right_notebook_gets_every_point(folder: Path) -> None:
    (folder / "inverse.ipynb").write_bytes(notebook(RIGHT))
    report = validate(released_assignment(folder), folder / "inverse.ipynb", ())
    assert report.points == report.max_points == 3600


def test_a_machine_that_is_no_linux_scores_a_notebook_and_says_that_nothing_confines_it(folder: Path) -> None:
    done = run(folder, [sys.executable, "-c", ELSEWHERE, "--html", "report.html"])
    assert done.returncode == 0, done.stderr
    assert "</html>" in (folder / "report.html").read_text()
    assert "This machine cannot confine a notebook" in done.stderr
    assert "calculate_inverse" in done.stdout
    assert "/ 36 points" in done.stdout


def test_the_wheel_of_a_release_is_all_that_the_folder_needs(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(io.BytesIO(kit_wheel())).extractall(site)
    code = "import steepest, sys; print(steepest.__file__); from steepest.__main__ import main; main()"
    done = run(folder, [sys.executable, "-c", code, "validate", "--html", "report.html"], path=str(site))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(site))
    assert "X' M = I: the answer is transposed" in " ".join(done.stdout.split())
    assert "</html>" in (folder / "report.html").read_text()


def test_a_notebook_as_it_was_released_is_told_in_a_table_and_two_lines(folder: Path) -> None:
    functions = ("safe_learning_rate", "calculate_inverse")
    stubs = "\n".join(f"def {name}(M, **options):\n    raise NotImplementedError()" for name in functions)
    (folder / "inverse.ipynb").write_bytes(notebook(stubs, "calculate_inverse(1)"))
    done = run(folder, [sys.executable, "-m", "steepest", "validate"])
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert all(f"{name} (" in told for name in functions)
    assert "cell 2: stopped at what is not written yet" in told
    assert told.endswith("0 / 36 points (26 errored)")
    assert "torch.tensor" not in told
