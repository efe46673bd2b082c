"""What judges goes into one digest: all that grading reaches and the properties import, and nothing besides."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from steepest.judging import imports_of, judging_modules, judging_sha256

ROOT = Path(__file__).parents[2]
PROPERTIES = ROOT / "assignments" / "inverse" / "test_inverse.py"
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("autograder/steepest", "assignments", "tests", "benchmarks", "reference")
    for path in (ROOT / folder).rglob("*.py")
    if not {"wheats", "chaffs", "unasked", "notebooks"} & set(path.parts)
)
WORKSHOP = (
    "cli",
    "collect",
    "corpus",
    "engine",
    "gradebook",
    "grade_class",
    "history",
    "outputs",
    "package",
    "release",
)


def digest_in(folder: Path, properties: Path = PROPERTIES) -> str:
    """Return the digest as a kit in this folder makes it, in a process of its own."""
    code = (
        "import sys, pathlib, steepest.judging as judging; print(judging.judging_sha256(pathlib.Path(sys.argv[1]), ''))"
    )
    command = [sys.executable, "-c", code, str(properties)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the kit at another place, with nothing beside it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(ROOT / "autograder" / "steepest", folder / "steepest", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_digest_is_the_same_wherever_the_kit_lies_and_however_lines_end(copied: Path, tmp_path: Path) -> None:
    here = judging_sha256(PROPERTIES, "")
    assert digest_in(copied) == here
    for path in copied.rglob("*.py"):
        path.with_suffix(".crlf").write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    made = tmp_path / "windows"
    shutil.copytree(copied, made)
    for path in made.rglob("*.crlf"):
        path.replace(path.with_suffix(".py"))
    for path in copied.rglob("*.crlf"):
        path.unlink()
    assert digest_in(made) == here


@pytest.mark.parametrize(
    "name",
    [
        *("expect/bounds.py", "expect/inverse.py", "linalg/inverse.py", "strategies/inverse.py", "verdicts.py"),
        *(
            "notebook.py",
            "plugin.py",
            "explain.py",
            "student.py",
            "sandbox/session.py",
            "sandbox/worker.py",
            "sandbox/zygote.py",
        ),
    ],
)
def test_an_edit_of_what_judges_changes_the_digest(copied: Path, tmp_path: Path, name: str) -> None:
    made = tmp_path / "edited"
    shutil.copytree(copied, made)
    with (made / "steepest" / name).open("a") as file:
        file.write("\nSLACK = 2\n")
    assert digest_in(made) != digest_in(copied)


def test_an_edit_of_what_does_not_judge_leaves_the_digest(copied: Path, tmp_path: Path) -> None:
    made = tmp_path / "edited"
    shutil.copytree(copied, made)
    names = ("cli/grading.py", "outputs/html.py", "gradebook/publish.py", "corpus/run.py", "engine/local.py")
    for name in (*names, "collect.py", "release.py", "package.py", "history.py", "grade_class.py"):
        with (made / "steepest" / name).open("a") as file:
            file.write("\nUNRELATED = 1\n")
    init = made / "steepest" / "__init__.py"
    init.write_text(init.read_text().replace('__version__ = "', '__version__ = "9'))
    assert digest_in(made) == digest_in(copied)


def test_each_assignment_has_the_bounds_of_its_own_properties_only() -> None:
    inverse = judging_modules(PROPERTIES)
    assert {"steepest.expect.inverse", "steepest.expect.bounds"} <= inverse.keys()
    assert "steepest.expect.svd" not in inverse
    assert "steepest.expect.svd" in judging_modules(ROOT / "assignments" / "svd" / "test_svd.py")


@pytest.mark.parametrize("path", sorted((ROOT / "assignments").glob("*/test_*.py")), ids=lambda path: path.stem)
def test_no_part_of_the_workshop_judges(path: Path) -> None:
    parts = {name.split(".")[1] for name in judging_modules(path)}
    assert not parts & set(WORKSHOP)


def helped(folder: Path, **modules: str) -> Path:
    """Return a file of properties that imports ``help_a``, with modules beside it."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    properties = folder / "test_one.py"
    properties.write_text("import pytest\nfrom help_a import BOUND\nfrom numpy import linalg\n")
    return properties


def test_modules_beside_the_properties_count_however_far_they_are_imported(tmp_path: Path) -> None:
    properties = helped(tmp_path, help_a="import help_b, json\nBOUND = help_b.BOUND", help_b="BOUND = 1", stray="x = 1")
    found = judging_modules(properties)
    own = {name for name in found if not name.startswith("steepest.")}
    assert own == {"help_a", "help_b"}


def test_an_edit_of_a_bound_beside_the_properties_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "three").mkdir()
    first = helped(tmp_path / "one", help_a="from help_b import BOUND", help_b="BOUND = 1")
    same = helped(tmp_path / "two", help_a="from help_b import BOUND", help_b="BOUND = 1")
    other = helped(tmp_path / "three", help_a="from help_b import BOUND", help_b="BOUND = 2")
    assert judging_sha256(first, "") == judging_sha256(same, "")
    assert judging_sha256(first, "") != judging_sha256(other, "")


def test_a_module_from_elsewhere_counts_unless_it_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name in (("lib", "shared_bounds"), ("site-packages", "installed_bounds")):
        package = tmp_path / place / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "inner.py").write_text("from . import sibling\n")
        (package / "sibling.py").write_text("BOUND = 1\n")
        monkeypatch.syspath_prepend(str(tmp_path / place))
    (tmp_path / "course").mkdir()
    properties = tmp_path / "course" / "test_one.py"
    properties.write_text("import installed_bounds.inner\nfrom shared_bounds.inner import x\nimport json, numpy\n")
    own = {name for name in judging_modules(properties) if not name.startswith("steepest.")}
    assert own == {"shared_bounds", "shared_bounds.inner", "shared_bounds.sibling"}
    assert "shared_bounds" not in sys.modules  # looked at, never run


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a", {"a"}),
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a import (\n    b,  # (one)\n    c as d,\n)", {"a", "a.b", "a.c"}),
        ("from a import *", {"a"}),
        ("x = 1; import a", {"a"}),
        ("if x: import a", {"a"}),
        ("def f():\n\tfrom a import b", {"a", "a.b"}),
        ("from a \\\n    import b", {"a", "a.b"}),
        ("from a import(b)", {"a", "a.b"}),
        ("from . import b", {"p.q", "p.q.b"}),
        ("from.. import b", {"p", "p.b"}),
        ("from ..x import b", {"p.x", "p.x.b"}),
        ("from .... import b", set()),
        ("import a\r\nimport b", {"a", "b"}),
        ("important = 1", set()),
        ("import /etc/x", set()),
    ],
)
def test_an_import_is_found_however_it_is_written(text: str, names: set[str]) -> None:
    assert imports_of(text.encode(), "p.q") == names


def parsed_imports(source: bytes) -> set[str]:
    """Return what a parser finds."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = {alias.name for alias in node.names} - {"*"}
            found |= {str(node.module)} | {f"{node.module}.{name}" for name in names}
    return found


def test_no_import_is_missed_in_any_source_of_this_repository() -> None:
    sources = {path: (ROOT / path).read_bytes() for path in SOURCES}
    missed = {path: parsed_imports(source) - imports_of(source) for path, source in sources.items()}
    assert {path: names for path, names in missed.items() if names} == {}


def test_a_name_that_no_file_can_have_is_no_module(tmp_path: Path) -> None:
    properties = tmp_path / "test_one.py"
    properties.write_bytes(b"import " + b"x" * 5000 + b"\nimport \xff\nfrom . import y\nimport a..b, c.\n")
    assert all(name.startswith("steepest.") for name in judging_modules(properties))


GRADING = """
import json, sys
from pathlib import Path
from steepest.course import load_course
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.plugin import all_families, collect_properties
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls

assignment = load_course(Path("course.yml")).assignment("inverse")
exam = practice_exam("inverse", all_families(collect_properties(assignment.properties)))
code = "import sys\\nprint('LOADED', *(name for name in sys.modules if name.startswith('steepest')))\\n"
code += "def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None): return M.T, [1.0]"
cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": code}
data = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
with Zygote() as zygote:
    reports = [grade(Paper(assignment, exam, standing_walls()), "ada", data, each) for each in (zygote, None)]
print(json.dumps({"judge": sorted(sys.modules), "worker": [report.shown[0].printed for report in reports]}))
"""


@pytest.mark.slow
def test_every_module_that_a_grading_loads_judges_or_is_the_package_itself() -> None:
    command = [sys.executable, "-c", GRADING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=200)
    loaded = json.loads(done.stdout.splitlines()[-1])
    assert all(printed.startswith("LOADED steepest") for printed in loaded["worker"])
    names = {*loaded["judge"], *" ".join(loaded["worker"]).split()}
    kit = {name for name in names if name.startswith("steepest.")}
    assert {"steepest.grade", "steepest.explain", "steepest.sandbox.worker", "steepest.expect.inverse"} <= kit
    assert kit - judging_modules(PROPERTIES).keys() == set()
