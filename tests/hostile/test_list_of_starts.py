"""The list of trusted programs in docs/security.md is whole: every start in the sources has a row, every row a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KIT = ROOT / "autograder" / "steepest"
DEPLOYED = ("gradescope", "github", "docker")

STARTERS = re.compile(
    r"subprocess\.\w+|os\.(fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*|system|popen)|pty\.\w+|asyncio\.create_sub\w+"
    r"|multiprocessing\.\w+|(.*\.)?(ProcessPoolExecutor|Popen|get_context)|pytest\.main|runpy\.\w+|webbrowser\.\w+"
    r"|zipfile\.ZipFile|tarfile\.\w+|shutil\.unpack_archive"
)
PROGRAMS = re.compile(r"(?<![\w/.-])(?:python3?|git|pip|apt-get|steepest|nbgrader|jupyter|curl|wget)(?![\w.:/=-])")
MAKES_ARCHIVES = {"package.py", "kit_wheel.py"}
"""They write zip files of the course's own, and read none."""


def starts_of(source: str) -> list[str]:
    """Return what a module calls that starts a process, runs a program in this one, or opens an archive."""
    return [
        name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and STARTERS.fullmatch(name := ast.unparse(node.func))
    ]


def starting_modules() -> Iterator[str]:
    for path in sorted(KIT.rglob("*.py")):
        if starts_of(path.read_text()) and path.name not in MAKES_ARCHIVES:
            yield path.relative_to(KIT).as_posix()


def starting_files() -> Iterator[str]:
    """Yield the deployed files that start a program; comments do not count."""
    for folder in DEPLOYED:
        for path in sorted((ROOT / "autograder" / folder).rglob("*")):
            if path.is_file() and any(PROGRAMS.search(line.partition("#")[0]) for line in _commands(path)):
                yield path.relative_to(ROOT / "autograder").as_posix()


def _commands(path: Path) -> Iterator[str]:
    """Yield the lines of a file, of a workflow those of its scripts."""
    lines = path.read_text().splitlines()
    if path.suffix != ".yml":
        yield from lines
        return
    text = re.findall(r"^( *)run: ?\|?(.*(?:\n(?:\1 +.*)?$)*)", path.read_text(), re.MULTILINE)
    yield from (line for _, script in text for line in script.splitlines())


def rows() -> list[list[str]]:
    """Return the cells of the table in docs/security.md."""
    text = (ROOT / "docs" / "security.md").read_text().partition("## Every trusted program that is started")[2]
    lines = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def listed() -> set[str]:
    return {name for row in rows() for name in re.findall(r"`([^`]+)`", row[1])}


@pytest.mark.parametrize("name", [*starting_modules(), *starting_files()])
def test_every_start_has_a_row(name: str) -> None:
    assert name in listed(), f"{name} starts a program: say in docs/security.md what it is given, and the wall"


def test_every_row_names_a_file_and_a_test_that_exist() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for name in listed():
        assert (KIT / name).is_file() or (ROOT / "autograder" / name).is_file(), name
    for row in rows():
        assert len(row) == 5, row
        shown = re.findall(r"`(test_\w+)`", row[4])
        assert shown, row
        assert [name for name in shown if f"def {name}(" not in tests] == []


def test_the_search_finds_what_it_must() -> None:
    found = {*starting_modules(), *starting_files()}
    assert {"engine/local.py", "sandbox/client.py", "sandbox/zygote.py", "commit_times.py", "course.py"} <= found
    assert {"gradescope/run_autograder", "github/instructor/grade.yml", "docker/cpu.Dockerfile"} <= found
    for text in ("os.execv('x', [])", "subprocess.run([])", "pool = ProcessPoolExecutor()", "os.system('x')"):
        assert starts_of(text) != []


def test_no_start_hides_behind_an_import_of_another_form() -> None:
    """The search knows calls as ``module.function``; another form of import would hide them from it."""
    modules = {"subprocess", "multiprocessing", "pty", "runpy", "tarfile", "concurrent.futures"}
    allowed = {"ProcessPoolExecutor", "Future", "as_completed", "get_context", "ThreadPoolExecutor"}
    for path in KIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module in modules:
                assert {alias.name for alias in node.names} <= allowed, path
            if isinstance(node, ast.Import):
                assert not [alias for alias in node.names if alias.name in modules and alias.asname], path


def test_deployed_files_start_python_isolated() -> None:
    """What may stand in the current folder, or in the environment, adds no module: not even to pip."""
    for folder in DEPLOYED:
        for path in (ROOT / "autograder" / folder).rglob("*"):
            if path.is_file():
                text = path.read_text()
                assert re.findall(r"python[\"']?,? [\"']?-(?!I)[^ ]* *.*", text) == [], path
