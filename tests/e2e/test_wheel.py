"""What is published: the wheel holds the grader alone, and judges without torch, nbgrader or the reference.

The fresh environment gets copies of the installed packages that the wheel's own metadata asks for, and nothing
else; ``pip check`` then confirms that they are all it asks for. So no network is needed, and a dependency that is
used but not declared is missed there as it would be on a user's machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import steepest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


class Built(NamedTuple):
    """The two files that are published, and the names of what they hold."""

    wheel: Path
    wheel_names: list[str]
    sdist_names: list[str]


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Return the finished command; with ``check``, a failed one shows its output."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert not (check and done.returncode), done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the sdist, and the wheel from that sdist, as ``make wheel`` does."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        sdist_names = [name.partition("/")[2] for name in archive.getnames()]
    with zipfile.ZipFile(wheel) as wheel_archive:
        return Built(wheel, wheel_archive.namelist(), sdist_names)


def needed(wheel: Path) -> Iterator[Distribution]:
    """Yield the installed distributions that the wheel asks for without extras, directly or through another."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    waiting = re.findall(r"^Requires-Dist: (.+?)\s*$", text, flags=re.MULTILINE)
    seen: set[str] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        found = distribution(name)
        waiting += found.requires or []
        yield found


def copy_into(found: Distribution, site_packages: Path) -> None:
    """Copy an installed distribution file by file; its console scripts, which lie outside, are left behind."""
    for file in found.files or []:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = site_packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(str(found.locate_file(file))), target)


@pytest.fixture(scope="module")
def fresh_python(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a fresh environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--no-index", "--no-deps", "--quiet", built.wheel, cwd=folder)
    (site_packages,) = (folder / "venv").glob("lib/python*/site-packages")
    for found in needed(built.wheel):
        copy_into(found, site_packages)
    run(*pip, "check", cwd=folder)
    return python


def test_wheel_holds_the_grader_alone(built: Built) -> None:
    info = f"steepest-{steepest.__version__}.dist-info"
    assert {name.split("/")[0] for name in built.wheel_names} == {"steepest", info}
    assert {"steepest/py.typed", "steepest/__main__.py", f"{info}/licenses/LICENSE"} <= set(built.wheel_names)


def test_wheel_built_without_the_sdist_holds_the_same(built: Built, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(archive.namelist()) == sorted(built.wheel_names)


def test_wheel_holds_every_file_of_the_package(built: Built) -> None:
    package = ROOT / "autograder" / "steepest"
    files = {path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    expected = {path.relative_to(package.parent).as_posix() for path in files}
    # What `steepest package` hands to a platform lies beside the package in a checkout, and inside it in a wheel.
    expected |= {f"steepest/platforms/gradescope/{path.name}" for path in (package.parent / "gradescope").iterdir()}
    assert {name for name in built.wheel_names if name.startswith("steepest/")} == expected


def test_sdist_holds_no_reference_and_no_solution(built: Built) -> None:
    assert {name.split("/")[0] for name in built.sdist_names} <= {
        *("autograder", "docs", "LICENSE", "README.md", "CHANGELOG.md", "constraints.txt"),
        *("pyproject.toml", "PKG-INFO", ".gitignore", ""),
    }
    assert [name for name in built.sdist_names if name.endswith(".ipynb") or "descent_linalg" in name] == []


def test_fresh_environment_says_its_version(fresh_python: Path, tmp_path: Path) -> None:
    said = run(fresh_python, "-I", "-m", "steepest", "--version", cwd=tmp_path).stdout
    assert steepest.__version__ in said


@pytest.mark.parametrize("module", ["descent_linalg", "torch", "nbgrader", "tests", "assignments", "autograder"])
def test_fresh_environment_has_no_other_module(fresh_python: Path, tmp_path: Path, module: str) -> None:
    done = run(fresh_python, "-I", "-c", f"import {module}", cwd=tmp_path, check=False)
    assert f"No module named '{module}'" in done.stderr


NEEDS_NBGRADER = "steepest.gradebook."
"""The package whose modules work on nbgrader's gradebook; one of them tells whether there is any."""


def test_fresh_environment_imports_every_trusted_module_without_torch_and_nbgrader(
    fresh_python: Path, built: Built, tmp_path: Path
) -> None:
    modules = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in built.wheel_names
        if name.endswith(".py") and not name.startswith("steepest/sandbox/") and not name.endswith("__main__.py")
    }
    modules = {name for name in modules if not name.startswith(NEEDS_NBGRADER)} | {f"{NEEDS_NBGRADER}database"}
    assert len(modules) > 50
    run(fresh_python, "-I", "-c", "; ".join(f"import {module}" for module in sorted(modules)), cwd=tmp_path)
