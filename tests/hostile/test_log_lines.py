"""No file name and no text of a student's becomes a command to the CI runner that reads what the kit prints."""

from __future__ import annotations

import gc
import io
import logging
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest

from steepest._streams import GuardedStream, broken_up, guard_streams, print_commands
from steepest.cli import VERBS
from tests.e2e.conftest import RIGHT, SECRET, SmallCourse, course, notebook

from .test_repositories import COURSE

__all__ = ["course"]  # the fixture

pytestmark = pytest.mark.hostile

EVIL = ("::error title=x::y", "##[error]y", "a ##[add-mask]y", "\u200d::set-output name=x::y", "#\u200d#[group]y")


def commands_in(printed: str) -> list[str]:
    """Return the lines that a runner may take for commands, read as generously as can be."""
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;]*m", "", printed))
    seen = ["".join(letter for letter in line if unicodedata.category(letter) not in _UNSEEN) for line in lines]
    return [line for line in seen if line.lstrip().startswith("::") or "##[" in line]


_UNSEEN = {"Cc", "Cf", "Cn", "Mn"}


def run(words: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8", **more}
    command = [sys.executable, "-I", "-m", "steepest", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=280)


@pytest.mark.parametrize("pieces", [[text] for text in EVIL] + [list(text) for text in EVIL])
@pytest.mark.parametrize(
    "before", ["", "\n", "\r", " \t\u00a0", "\x1b[31m", "fine\n", "x" * 10_000 + "\n", " " * 10_000]
)
def test_a_stream_breaks_up_every_command_however_it_is_printed(before: str, pieces: list[str]) -> None:
    raw = io.BytesIO()
    stream = GuardedStream(raw, encoding="utf-8", newline="")
    for piece in (before, *pieces, "\n"):
        assert stream.write(piece) == len(piece)
    stream.flush()
    printed = raw.getvalue().decode()
    assert commands_in(before + "".join(pieces)) != []
    assert commands_in(printed) == []
    assert printed.replace(" ", "") == (before + "".join(pieces) + "\n").replace(" ", "")


@pytest.mark.parametrize(
    "text", ["a::b\n", "x[::-1]\n", "# # [\n", "12:30:05\n", "\u00e9 \u4f8b\n", "##\n[\n", ":\n:\n"]
)
def test_a_stream_leaves_alone_what_is_no_command(text: str) -> None:
    assert broken_up(text) == text
    assert commands_in(text) == []


@pytest.mark.parametrize("text", ["\x1c", "\x1b[", "#", "#\xad", "\u200d", " ", "\n", ":", "\x1b[0m"])
def test_text_that_is_nearly_a_command_does_not_hold_the_stream_up(text: str) -> None:
    assert len(broken_up(text * 100_000 + "x")) >= len(text) * 100_000


def test_commands_of_the_kit_are_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = GuardedStream(raw, encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    stream.write("half a line")
    print_commands(["::notice::a%0Ab", "::notice::c\n::error::d"])
    stream.write("::error::e\n")
    stream.flush()
    assert raw.getvalue() == b"half a line\n::notice::a%0Ab\n::notice::c ::error::d\n: :error::e\n"


def test_logs_and_their_tracebacks_are_guarded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="utf-8"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    handler = logging.StreamHandler(sys.stderr)  # as nbgrader's, made before the kit is asked
    log = logging.getLogger("tests.log-lines")
    monkeypatch.setattr(log, "handlers", [handler])
    monkeypatch.setattr(log, "propagate", False)
    guard_streams()
    try:
        raise ValueError("\n::error::x\n##[error]y")
    except ValueError:
        log.exception("grading %s failed", "\n::warning::z")
    sys.stderr.flush()
    assert b"ValueError" in raw.getvalue()
    assert commands_in(raw.getvalue().decode()) == []


ALL_VERBS = """
import sys
from steepest._streams import guard_streams
guard_streams()
from steepest.cli import VERBS, steepest
for verb in VERBS:
    for words in ([verb, *sys.argv[1:]], [verb, "x", *sys.argv[1:]], [verb, "--course", *sys.argv[1:]]):
        try:
            steepest(words)
        except SystemExit:
            print("ended", verb)
"""


def test_no_verb_repeats_its_arguments_as_commands(tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-c", ALL_VERBS, EVIL[0], f"\n{EVIL[1]}", f"\n{EVIL[0]}"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    printed = done.stdout + done.stderr
    assert {verb for verb in VERBS if f"ended {verb}" in printed} == set(VERBS), printed
    assert "error title=x" in printed
    assert commands_in(printed) == []


def test_collect_prints_no_name_as_a_command(tmp_path: Path) -> None:
    (tmp_path / "course.yml").write_text(COURSE)
    (tmp_path / "roster.csv").write_text("id,first_name,last_name,email\nnoether,Emmy,Noether,\neuler,Leonhard,Euler,")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in EVIL:
            archive.writestr(f"{name}.ipynb", b"{}")
            archive.writestr(f"noetheremmy_1_2_{name}.ipynb", name)
        for width in range(60, 64):
            archive.writestr(f"{'x' * width}::error::y.ipynb", b"{}")
        archive.writestr(f"eulerleonhard_1_2_{'x' * 50} {EVIL[0]} {EVIL[1]}.ipynb", b"{}")
    done = run(["collect", "inverse", "class.zip"], tmp_path, COLUMNS="60")
    assert done.returncode == 3, done.stderr
    assert "error title=x" in done.stderr
    assert "euler" in done.stdout
    assert commands_in(done.stdout + done.stderr) == []


SHOUTING = "\n".join(
    [
        "class Failed(Exception): pass",
        f"Failed.__name__ = Failed.__qualname__ = {EVIL[0]!r}",
        "def calculate_inverse(*a, **k):",
        f"    print({EVIL!r})",
        f"    raise Failed('\\n'.join({EVIL!r}))",
        "def safe_learning_rate(*a, **k):",
        f"    return {EVIL[1]!r}",
    ]
)


@pytest.mark.slow
def test_grade_and_ci_print_nothing_of_a_student_as_a_command(course: SmallCourse) -> None:
    clone = course.root / "clone"
    clone.mkdir()
    (clone / f"{EVIL[1]}.ipynb").write_bytes(notebook(SHOUTING, f"raise ValueError({EVIL[0]!r})", "1 +"))
    (course.root / "inbox").mkdir()
    for student in (*EVIL, "ada", "bob"):
        (course.root / "inbox" / f"{student}.ipynb").write_bytes(notebook(SHOUTING if student == "ada" else RIGHT))
    options = ["--jobs", "2", "--anyone", "--no-gradebook"]
    graded = run(["grade", "inverse", "inbox", *options], course.root, STEEPEST_SECRET=SECRET, COLUMNS="80")
    assert graded.returncode == 3, graded.stderr
    assert "not graded" in graded.stderr
    assert commands_in(graded.stdout + graded.stderr) == []
    ran = run(["ci", "inverse", "--checkout", "clone", "--write", "github"], course.root, GITHUB_ACTIONS="true")
    assert ran.returncode == 0, ran.stderr
    check_annotations(commands_in(ran.stdout + ran.stderr))


def check_annotations(lines: list[str]) -> None:
    """Assert that the only commands are the kit's own: a pause of commands and its end, then annotations."""
    pause, end, *annotations = lines
    token = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", pause)
    assert token is not None
    assert end == f"::{token[1]}::"
    assert annotations
    for line in annotations:
        fields = re.fullmatch(r"::(?:error|warning|notice) file=([^,:]*),line=\d+,title=([^,:]*)::.*", line)
        assert fields is not None, line


def test_whoever_puts_the_old_stream_back_can_go_on_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pytest does after each test, and whoever redirects the output for a while."""
    old = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", old)
    guard_streams()
    assert isinstance(sys.stdout, GuardedStream)
    monkeypatch.setattr(sys, "stdout", old)
    gc.collect()
    old.write("x")
    assert not old.closed
