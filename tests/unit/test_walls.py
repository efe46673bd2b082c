"""What a locked process can and cannot do, tried for real in children of the small zygote of `locked_child.py`."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from steepest.errors import SandboxUnavailableError
from steepest.model import Limits
from steepest.sandbox import landlock, limits, privileges
from steepest.sandbox.limits import LANDLOCK_WALLS, Wall, lock, readable_paths, standing_walls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")

PROGRAM = Path(__file__).with_name("locked_child.py")
spec = importlib.util.spec_from_file_location("locked_child", PROGRAM)
assert spec is not None
assert spec.loader is not None
locked_child = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = locked_child
spec.loader.exec_module(locked_child)

STANDING = standing_walls()
NOBODY = 65534
X86_64 = os.uname().machine == "x86_64"


@dataclass(frozen=True)
class Answer:
    """How a child ended: the value of its function, or its error; a negative status is the signal that killed it."""

    status: int
    value: Any = None
    error: str = ""
    text: str = ""


@dataclass
class Zygote:
    """A running `locked_child.py`, with a scratch folder and a public file beside it."""

    folder: Path
    modules: tuple[str, ...] = ()
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.scratch, self.beside = self.folder / "scratch", self.folder / "beside.txt"
        self.scratch.mkdir()
        self.beside.write_text("a public file\n")
        command = [sys.executable, "-I", str(PROGRAM), *self.modules]
        quiet = {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=quiet, cwd=self.folder
        )
        assert self._hear()["ready"] == self.process.pid

    def ask(self, function: str, *arguments: object, **how: Any) -> Answer:  # noqa: ANN401  # see `_request`
        """Return how a locked child fared with one function of the program."""
        self._request(function, arguments, **how)
        first = self._hear()
        return Answer(**first) if "status" in first else Answer(**self._hear(), **first)

    def hold(self, **how: Any) -> int:  # noqa: ANN401  # see `_request`
        """Return the pid of a locked child that waits until it is killed."""
        self._request("do_nothing", (), hold=True, **how)
        heard = self._hear() | self._hear()
        assert heard["value"] == "locked", heard
        return int(heard["pid"])

    def _request(
        self,
        function: str,
        arguments: tuple[object, ...],
        *,
        walls: Collection[Wall] = STANDING,
        user: int = 0,
        readable: tuple[str, ...] = (),
        hold: bool = False,
        **bounds: int,
    ) -> None:
        request = {
            "function": function,
            "arguments": arguments,
            "walls": [wall.name for wall in walls],
            "user": user,
            "readable": readable,
            "hold": hold,
            "limits": bounds,
            "scratch": str(self.scratch),
            "beside": str(self.beside),
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message


def running(*modules: str) -> Iterator[Zygote]:
    """Yield a zygote in a folder that every user may pass, so that only the walls can refuse."""
    folder = Path(tempfile.mkdtemp(prefix="steepest-walls-"))
    folder.chmod(0o755)
    zygote = Zygote(folder, modules)
    try:
        yield zygote
    finally:
        zygote.process.kill()
        zygote.process.communicate()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    yield from running()


@pytest.fixture(scope="module")
def zygote_with_torch() -> Iterator[Zygote]:
    yield from running("torch", "torch._dynamo", "matplotlib.pyplot", "pandas", "plotly.express")


@pytest.fixture(params=["as_this_user", "as_nobody", "as_a_private_user"])
def how(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the walls and the user of a child, in each of the three ways to be run."""
    if request.param == "as_this_user":
        return {"walls": [wall for wall in STANDING if wall is not Wall.OWN_UID]}
    if not privileges.may_change_user():
        pytest.skip(f"no wall '{Wall.OWN_UID.value}' here: not root")
    if request.param == "as_nobody":
        return {"walls": [wall for wall in STANDING if wall is not Wall.OWN_UID], "user": NOBODY}
    return {"walls": [*STANDING, Wall.OWN_UID]}


def require(*walls: Wall) -> None:
    """Skip the test where one of ``walls`` does not stand."""
    for wall in walls:
        if wall not in STANDING:
            pytest.skip(f"no wall '{wall.value}' here")


# ------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("attack", locked_child.ATTACKS)
def test_locked_process_is_refused(zygote: Zygote, how: dict[str, Any], attack: str) -> None:
    require(locked_child.ATTACKS[attack].needs)
    answer = zygote.ask("run_attack", attack, **how)
    assert (answer.error, answer.status) == (locked_child.ATTACKS[attack].error, 0), answer
    assert os.listdir(zygote.folder) == ["scratch", "beside.txt"] or len(os.listdir(zygote.folder)) == 2
    assert zygote.beside.read_text() == "a public file\n"


@pytest.mark.parametrize("attack", [name for name, attack in locked_child.ATTACKS.items() if attack.controlled])
def test_without_walls_the_same_attack_works(zygote: Zygote, attack: str) -> None:
    answer = zygote.ask("run_attack", attack, walls=())
    assert (answer.error, answer.text, answer.status) == ("", "", 0)


@pytest.mark.skipif(not X86_64, reason="the numbers are those of x86-64")
def test_forbidden_system_calls_are_all_refused(zygote: Zygote, how: dict[str, Any]) -> None:
    require(Wall.SECCOMP)
    assert zygote.ask("allowed_after_all", **how).value == []


@pytest.mark.skipif(not X86_64, reason="x86-64 has two more kinds of system calls")
@pytest.mark.parametrize("function", ["make_a_call_of_x32", "make_a_call_of_i386"])
def test_foreign_kind_of_system_call_kills(zygote: Zygote, function: str) -> None:
    require(Wall.SECCOMP)
    assert zygote.ask(function).status in (-signal.SIGSYS, -signal.SIGSEGV)


def test_flood_of_threads_ends_at_the_limit(zygote: Zygote, how: dict[str, Any]) -> None:
    require(Wall.THREAD_LIMIT)
    counted_alone = os.geteuid() == 0 and "user" not in how
    most = limits.THREADS if counted_alone else limits.THREADS_BESIDE_OTHERS + limits._threads_of_all()
    assert 32 < zygote.ask("start_threads", most + 1, **how).value <= most


def test_cpu_hog_that_ignores_the_warning_is_killed(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    require(Wall.RLIMITS)
    assert zygote.ask("burn_cpu", submission_cpu_s=0).status == -signal.SIGKILL
