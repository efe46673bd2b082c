"""What is handed in instead of a notebook, or around one: bombs, links, pipes, names, and claims in its metadata."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steepest.errors import NotebookError
from steepest.model import Verdict
from steepest.submissions import Submission, find_submissions

from . import books
from .arena import MARK, Arena, Graded, control

pytestmark = pytest.mark.hostile

Make = Callable[[Path], object]


def hundred_megabytes(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"cells": [')
        file.truncate(100 << 20)


def cells_in_number(count: int) -> bytes:
    cell = '{"cell_type":"code","metadata":{},"outputs":[],"source":"x = 1"}'
    return f'{{"cells":[{",".join([cell] * count)}],"nbformat":4,"nbformat_minor":5,"metadata":{{}}}}'.encode()


def nested(levels: int) -> bytes:
    return b'{"cells":' + b"[" * levels + b"]" * levels + b',"nbformat":4}'


def link_to(target: Path) -> Make:
    return lambda path: path.symlink_to(target)


UNREADABLE: dict[str, Make] = {
    "100 MB of JSON": hundred_megabytes,
    "5,000 levels of nesting": lambda path: path.write_bytes(nested(5_000)),
    "10^6 levels of nesting": lambda path: path.write_bytes(nested(1_000_000)),
    "nesting that is never closed": lambda path: path.write_bytes(b"[" * 1_000_000),
    "no cells": lambda path: path.write_bytes(b'{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}'),
    "10^5 cells": lambda path: path.write_bytes(cells_in_number(100_000)),
    "200,000 keys": lambda path: path.write_bytes(b"{" + b",".join(b'"%d":[]' % i for i in range(200_000)) + b"}"),
    "one key twice": lambda path: path.write_bytes(b'{"cells":[1],"cells":[2],"nbformat":4}'),
    "a number of 10^6 digits": lambda path: path.write_bytes(b'{"cells":' + b"9" * 1_000_000 + b"}"),
    "NaN": lambda path: path.write_bytes(b'{"cells":NaN}'),
    "not JSON": lambda path: path.write_bytes(b"import torch\n"),
    "a zip": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)),
    "a pickle": lambda path: path.write_bytes(b"\x80\x05cos\nsystem\n"),
    "zeros": lambda path: path.write_bytes(bytes(10_000)),
    "nothing": lambda path: path.write_bytes(b""),
    "another language": lambda path: path.write_bytes(
        books.notebook("1", more={"metadata": {"kernelspec": {"language": "R"}}})
    ),
    "too much code": lambda path: path.write_bytes(books.notebook("x = 1\n" * 300_000)),
    "a link to a neighbour's notebook": lambda path: path.symlink_to("../neighbour.ipynb"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a link to a device": link_to(Path("/dev/zero")),
    "a link to a process' environment": link_to(Path("/proc/self/environ")),
    "a pipe": lambda path: os.mkfifo(path),
    "a folder": lambda path: path.mkdir(),
    "no file": lambda path: None,
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_file_that_is_no_notebook_is_an_answered_zero(arena: Arena, right: Graded, tmp_path: Path, kind: str) -> None:
    (tmp_path / "neighbour.ipynb").write_bytes(control("right"))
    path = tmp_path / "submitted" / "mallory.ipynb"
    path.parent.mkdir()
    UNREADABLE[kind](path)
    graded = arena.grade(Submission("mallory", path).read())
    assert graded.report.fault is None
    assert graded.report.points == 0
    assert {result.verdict for result in graded.report.properties} == {Verdict.ERRORED}
    assert graded.report.max_points == right.report.max_points
    assert all(result.help for result in graded.report.properties)


READABLE: dict[str, bytes] = {
    "a syntax error": books.notebook("def f(:", *books.cells("controls", "right")),
    "lone surrogates and NUL": books.notebook("x = '\ud800\udfff\0'", *books.cells("controls", "right")),
    "UTF-16": control("right").decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + control("right"),
    "bytes that are no UTF-8": control("right").replace(b'"nbformat"', b'"\xff\xfe": 0, "nbformat"'),
    "huge outputs": books.notebook(*books.cells("controls", "right"), more={"more": ["x" * 100_000] * 100}),
    "sources of other types": json.dumps(
        {"cells": [{"cell_type": "code", "source": source} for source in (1, None, [1], {"a": 1}, [["x"]], True)]}
        | {"nbformat": 4}
    )
    .encode()
    .replace(b'"cells": [', b'"cells": [' + control("right").split(b'"cells": [')[1].split(b'], "metadata"')[0] + b","),
    "cells that are no cells": control("right").replace(b'"cells": [', b'"cells": [1, null, "x", [], {}, '),
    "two thousand cells": books.notebook(*(["1"] * 1_900), *books.cells("controls", "right")),
}


@pytest.mark.parametrize("kind", READABLE)
def test_odd_file_is_graded_for_what_it_holds(arena: Arena, right: Graded, kind: str) -> None:
    graded = arena.grade(READABLE[kind])
    assert graded.report.fault is None
    assert graded.report.points == right.report.points


CLAIMS: dict[str, dict[str, Any]] = {
    "a hundred points": {"nbgrader": {"grade": True, "solution": True, "points": 100, "grade_id": "calculate_inverse"}},
    "a score": {"nbgrader": {"score": 1e9, "max_score": 0, "checksum": "0", "schema_version": 99}},
    "a test cell": {"nbgrader": {"grade": True, "solution": False, "locked": True, "grade_id": "../../x"}},
    "other types": {"nbgrader": [1], "steepest": {"exercise": {"a": 1}}, "tags": 7},
    "markup": {"nbgrader": {"grade": True, "grade_id": "<script>alert(1)</script>", "points": "<b>"}},
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_claim_in_the_metadata_changes_no_points(arena: Arena, wrong: Graded, claim: str) -> None:
    graded = arena.grade(books.notebook(*books.cells("controls", "zeros"), metadata=CLAIMS[claim]))
    assert graded.report.points <= wrong.report.points
    assert graded.report.max_points == wrong.report.max_points
    assert "<script>" not in graded.html


BESIDE = {
    "torch.py": "raise SystemExit('the torch of a student was imported')",
    "conftest.py": "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call():\n    return True\n",
    "sitecustomize.py": f"open('/tmp/{MARK}', 'w')",
    "pytest.ini": "[pytest]\naddopts = -p no:steepest --collect-only",
    "numpy.py": "raise SystemExit",
    "steepest.py": "raise SystemExit",
    "test_inverse.py": "def test_nothing():\n    pass\n",
    "inverse.pth": f"import os; open('/tmp/{MARK}', 'w')",
}


def test_files_beside_the_notebook_are_never_read(
    arena: Arena, wrong: Graded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "submitted" / "mallory" / "inverse"
    folder.mkdir(parents=True)
    for name, text in BESIDE.items():
        (folder / name).write_text(text)
    (folder / "inverse.ipynb").write_bytes(control("zeros"))
    monkeypatch.chdir(folder)
    (submission,), unmatched = find_submissions([tmp_path / "submitted"], "inverse")
    graded = arena.grade(submission.read(), student="mallory")
    assert unmatched == ()
    assert [result.points for result in graded.report.properties] == [
        result.points for result in wrong.report.properties
    ]


def test_modules_beside_the_notebook_are_not_imported_by_the_command(tmp_path: Path) -> None:
    for name, text in BESIDE.items():
        (tmp_path / name).write_text(text)
    command = Path(sys.executable).with_name("steepest")
    run = subprocess.run([command, "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0
    assert run.stdout.startswith("steepest, version")
    assert not Path(f"/tmp/{MARK}").exists()


NAMES = (
    *("..", "../neighbour", "/etc", "-rf", ".hidden", "a b", "a/../b", "a\nb", "a\0b", "x" * 300, "", "．．"),
    *("ｎeighbour", "nеighbour", "neighbour\u202e", "<script>", "=1+1", "::error::x", "a\x1b[2J", "con.", "~", "*"),
)


@pytest.mark.parametrize("name", NAMES)
def test_name_that_is_no_id_is_listed_and_never_a_path(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "submitted"
    folder.mkdir()
    try:
        (folder / f"{name}.ipynb").write_bytes(control("zeros"))
    except (OSError, ValueError):
        pytest.skip("no file can have this name")
    submissions, unmatched = find_submissions([folder], "inverse")
    assert submissions == () or all(submission.student.isascii() for submission in submissions)
    assert all(set(submission.student) <= set("abcdefghijklmnopqrstuvwxyz-_") for submission in submissions)
    assert all("\x1b" not in thing.name + thing.reason and "\n" not in thing.name for thing in unmatched)


@pytest.mark.parametrize("link", ["mallory", "mallory/inverse", "mallory/inverse/inverse.ipynb"])
def test_link_to_a_neighbours_work_is_not_followed(arena: Arena, tmp_path: Path, link: str) -> None:
    neighbour = tmp_path / "submitted" / "neighbour" / "inverse"
    neighbour.mkdir(parents=True)
    (neighbour / "inverse.ipynb").write_bytes(control("right"))
    path = tmp_path / "submitted" / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(tmp_path / "submitted" / link.replace("mallory", "neighbour"))
    submissions, _ = find_submissions([tmp_path / "submitted"], "inverse")
    mallory = next(submission for submission in submissions if submission.student == "mallory")
    data = mallory.read()
    assert isinstance(data, NotebookError)
    assert arena.grade(data).report.points == 0


def test_twins_that_differ_in_case_are_one_student_with_two_submissions(tmp_path: Path) -> None:
    for name in ("Mallory", "mallory", "MALLORY"):
        (tmp_path / f"{name}.ipynb").write_bytes(control("zeros") + name.encode())
    found, unmatched = find_submissions([tmp_path], "inverse", ["mallory"])
    assert found == ()
    assert len(unmatched) == 3


SLOW_TO_READ = {
    "white space": "' ' * 190_000 + 'x'",
    "tabs before a magic": "'\\t' * 190_000 + '%'",
    "commas": "'a,' * 95_000",
    "words and spaces": "'a ' * 95_000 + '='",
    "dots": "'a.' * 95_000 + '?'",
    "operators": "'-' * 190_000 + '1'",
    "attributes": "'a' + '.b' * 90_000",
    "calls": "'f' + '()' * 90_000",
    "conditions": "'1 if 1 else ' * 14_000 + '1'",
    "branches": "'if 1: pass\\n' + 'elif 1: pass\\n' * 14_000",
    "functions": "'lambda:' * 25_000 + '1'",
    "f-strings": "'f\"' + '{' * 180_000",
}

PROGRAM = """
import json, resource
resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
from steepest.notebook import graded_sources, notes_on, parse_notebook
data = json.dumps({"cells": [{"cell_type": KIND, "source": SOURCE}] * COUNT}).encode()
notebook = parse_notebook(data)
graded_sources(notebook)
notes_on(notebook, ("calculate_inverse",), ("calculate_inverse",))
"""


def read_in_a_process(kind: str, source: str, *, count: int = 1, cpu_s: int = 3) -> subprocess.CompletedProcess[str]:
    """Let a process read a notebook that has ``count`` times the same cell; it is killed after ``cpu_s``."""
    program = (
        PROGRAM.replace("KIND", repr(kind))
        .replace("SOURCE", source)
        .replace("COUNT", str(count))
        .replace("CPU_S", str(cpu_s))
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=110)


@pytest.mark.parametrize("kind", SLOW_TO_READ)
def test_source_that_is_slow_to_read_does_not_hold_the_judge(kind: str) -> None:
    run = read_in_a_process("code", SLOW_TO_READ[kind])
    assert run.returncode == 0, run.stderr[-500:]


def test_many_cells_that_are_slow_to_read_do_not_hold_the_judge() -> None:
    run = read_in_a_process("markdown", "'a,' * 95_000", count=100, cpu_s=8)
    assert run.returncode == 0, run.stderr[-500:]
