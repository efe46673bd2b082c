"""Container files: linted, and naming nothing that the repository does not have. They are built elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT

FILES = sorted((ROOT / "autograder" / "docker").glob("*.Dockerfile"))


def test_there_is_a_file_for_each_device() -> None:
    assert [path.name for path in FILES] == ["cpu.Dockerfile", "cuda.Dockerfile"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_hadolint_finds_nothing(path: Path) -> None:
    beside = Path(sys.executable).with_name("hadolint")
    program = str(beside) if beside.exists() else shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_container_runs_the_kit_as_nobody_special_and_holds_no_secret(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines.index("USER 10001") < lines.index('ENTRYPOINT ["python", "-I", "-u", "-m", "steepest"]')
    assert not [line for line in lines if line.startswith(("ARG", "ENV")) and "SECRET" in line]
    (copied,) = [line.split() for line in lines if line.startswith("COPY")]
    assert copied[1:3] == ["dist/steepest-*.whl", "constraints.txt"]
