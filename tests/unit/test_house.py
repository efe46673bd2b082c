"""The repository keeps its own rules: what lies where, what is pinned, how long a function may be."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

TOP_LEVEL = {
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "pyproject.toml", "constraints.txt", "Makefile"),
    *(".gitattributes", ".gitignore", ".pre-commit-config.yaml", ".ci", "course.yml", "nbgrader_config.py"),
    *("assignments", "autograder", "benchmarks", "docs", "examples", "reference", "tests"),
}
ADR_HEADINGS = ["Context", "Decision", "Consequences", "Figures"]
CHANGELOG_PREFIXES = ("handout:", "properties:", "grader:", "reference:")

BROUGHT_ALONG = {"pydantic-core", "traitlets", "matplotlib-inline", "nbconvert", "nbformat"}
"""Packages that belong to a declared one: pydantic's core, two that are IPython's own, two that nbgrader is made of."""

MACHINE_PATH = re.compile(r"(?<![\w.$~)}])/(?:home|root|Users|work)/\w")
REGISTRY_HOST = re.compile(r"\b(?:pypi|pythonhosted|npmjs|debian|download\.pytorch|conda|anaconda)\.(?:org|com)\b")
INDEX_OPTION = re.compile(r"--(?:extra-)?index-url|--find-links|https?://")


def house_files() -> list[Path]:
    """Return every file that is in git or would be added to it, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of files to judge")
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield each text file of the house with what it says; pictures and other bytes are left out."""
    for path in house_files():
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def matching_lines(pattern: re.Pattern[str]) -> list[str]:
    """Return ``file:line: text`` for every line of the house on which the pattern is found."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def project() -> dict[str, list[str]]:
    """Return the requirements of pyproject.toml by extra; those without one under the empty name."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = {"build-system": table["build-system"]["requires"]}
    return {"": table["project"]["dependencies"], **table["project"]["optional-dependencies"], **build}


def constraints() -> dict[str, str]:
    """Return the pinned version of each constrained package by its canonical name."""
    pins: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, version = re.fullmatch(r"([\w.-]+)==([\w.]+)", line).groups()  # type: ignore[union-attr]
            pins[canonicalize_name(name)] = version
    return pins


def imported_from_outside(path: Path) -> set[str]:
    """Return the top-level modules that a file imports and that belong to neither Python nor this repository."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"steepest"}


def extras_for(path: Path) -> list[str]:
    """Return the extras whose packages a file of the grader may count on; the empty name stands for no extra."""
    if "sandbox" in path.parts:
        return ["", "worker"]
    if path.name == "_commit_reader.py":
        return ["", "git"]
    return ["", "nbgrader"] if path.name in ("release.py", "nbgrader.py") or path.parent.name == "gradebook" else [""]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function takes, its docstring not counted."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return lines
    return lines - (first.end_lineno - first.lineno + 1)


def functions_of(package: str) -> dict[str, int]:
    """Return the length of every function below ``package``, named ``file:line name``."""
    lengths: dict[str, int] = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = body_lines(node)
    return lengths


def test_top_level_holds_what_the_layout_names() -> None:
    assert {path.parts[0] for path in house_files()} == TOP_LEVEL


@pytest.mark.parametrize("extra", ["", "worker", "nbgrader", "git", "postgres", "dev", "build-system"])
def test_constraints_pin_every_requirement_within_its_range(extra: str) -> None:
    pins = constraints()
    for requirement in map(Requirement, project()[extra]):
        pinned = pins.get(canonicalize_name(requirement.name))
        assert pinned is not None, f"constraints.txt does not pin {requirement.name}: run make constraints"
        assert requirement.specifier.contains(pinned), f"{requirement} does not allow the pinned {pinned}"


def test_constraints_are_sorted_and_torch_has_no_local_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = [line.upper() for line in lines if not line.startswith("#")]
    assert names == sorted(names)
    assert constraints()["torch"] == "2.13.0"


def test_every_import_of_the_grader_is_a_declared_dependency() -> None:
    distributions, requirements = packages_distributions(), project()
    undeclared: list[str] = []
    for path in sorted((ROOT / "autograder" / "steepest").rglob("*.py")):
        declared = {
            canonicalize_name(Requirement(text).name) for extra in extras_for(path) for text in requirements[extra]
        }
        for module in imported_from_outside(path):
            providers = {canonicalize_name(name) for name in distributions.get(module, [module])}
            if not providers & (declared | BROUGHT_ALONG):
                undeclared.append(f"{path.relative_to(ROOT)}: {module}")
    assert undeclared == []


def test_files_that_install_name_no_index() -> None:
    for name in ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run", ".pre-commit-config.yaml"):
        assert not INDEX_OPTION.search((ROOT / name).read_text(encoding="utf-8")), name


def test_no_text_names_a_registry_host() -> None:
    assert matching_lines(REGISTRY_HOST) == []


def test_no_text_names_a_path_of_one_machine() -> None:
    assert matching_lines(MACHINE_PATH) == []


@pytest.mark.parametrize("folder", ["home", "root", "Users", "work"])
def test_path_of_one_machine_is_recognised(folder: str) -> None:
    assert MACHINE_PATH.search(f"see '/{folder}/ada'")
    assert not MACHINE_PATH.search(f"see docs/{folder}/ada")


def test_every_changelog_entry_has_a_prefix() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^- (.+(?:\n  .+)*)", text, flags=re.MULTILINE)
    assert "## Unreleased" in text
    assert entries
    assert [entry for entry in entries if not entry.startswith(CHANGELOG_PREFIXES)] == []
    silent = [entry for entry in entries if entry.startswith("properties:") and "arlier scores" not in entry]
    assert silent == [], "a properties: entry says whether earlier scores can change"


def test_every_decision_record_has_the_four_headings() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    for record in records:
        headings = re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert [heading for heading in headings if heading in ADR_HEADINGS] == ADR_HEADINGS, record.name
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))


def test_every_relative_link_of_a_page_leads_to_a_file() -> None:
    broken = [
        f"{path}: {target}"
        for path, text in texts()
        if path.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
        if not (ROOT / path.parent / target).exists()
    ]
    assert broken == []


def test_contributing_fits_on_sixty_lines() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize("package", ["autograder/steepest", "reference/descent_linalg"])
def test_functions_are_short(package: str) -> None:
    lengths = functions_of(package)
    deciles = statistics.quantiles(lengths.values(), n=10)
    assert statistics.median(lengths.values()) <= 8
    assert deciles[8] <= 25
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def test_no_source_file_is_longer_than_four_hundred_lines() -> None:
    sizes = {path: text.count("\n") for path, text in texts() if path.suffix == ".py"}
    assert {str(path): lines for path, lines in sizes.items() if lines > 400} == {}


def test_public_interface_fits_on_a_hundred_lines() -> None:
    for init in ("autograder/steepest/__init__.py", "reference/descent_linalg/__init__.py"):
        assert (ROOT / init).read_text(encoding="utf-8").count("\n") < 100
