"""The wheel that a release carries is the installed kit, whole, and pip takes it."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import steepest
from steepest import kit_wheel
from steepest.errors import ReleaseError

PACKAGE = Path(steepest.__file__).parent


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else() -> None:
    with zipfile.ZipFile(io.BytesIO(kit_wheel.kit_wheel())) as archive:
        names = {name for name in archive.namelist() if not name.startswith("steepest-")}
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert names == {path.relative_to(PACKAGE.parent).as_posix() for path in files}


def test_the_same_kit_gives_the_same_bytes() -> None:
    assert kit_wheel.kit_wheel() == kit_wheel.kit_wheel()


def test_a_kit_whose_metadata_is_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_wheel, "__version__", "0.0.0")
    with pytest.raises(ReleaseError, match=r"the kit is 0\.0\.0, but is installed as .* Try: install the kit again"):
        kit_wheel.kit_wheel()


@pytest.mark.slow
def test_pip_installs_the_wheel_with_its_program(tmp_path: Path) -> None:
    wheel = tmp_path / kit_wheel.NAME
    wheel.write_bytes(kit_wheel.kit_wheel())
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(tmp_path / "venv" / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    assert (tmp_path / "venv" / "bin" / "steepest").is_file()
    (installed,) = (tmp_path / "venv").glob("lib/python*/site-packages/steepest/__init__.py")
    assert installed.read_bytes() == (PACKAGE / "__init__.py").read_bytes()
