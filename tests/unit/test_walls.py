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
from steepest.sandbox import limits, privileges
from steepest.sandbox.limits import LANDLOCK_WALLS, Wall, lock, standing_walls

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
TEXT = "public = True\n"
X86_64 = os.uname().machine == "x86_64"
FORBIDDEN_ON_X86_64 = """
    socket 41 socketpair 53 connect 42 bind 49 listen 50 accept 43 accept4 288 sendto 44 sendmsg 46 sendmmsg 307
    recvfrom 45 recvmsg 47 ptrace 101 process_vm_readv 310 process_vm_writev 311 process_madvise 440 pidfd_open 434
    pidfd_getfd 438 pidfd_send_signal 424 kcmp 312 mount 165 umount2 166 move_mount 429 open_tree 428 fsopen 430
    fsmount 432 fspick 433 fsconfig 431 mount_setattr 442 pivot_root 155 chroot 161 unshare 272 setns 308 bpf 321
    perf_event_open 298 io_uring_setup 425 io_uring_enter 426 io_uring_register 427 userfaultfd 323 shmget 29
    shmat 30 shmctl 31 shmdt 67 semget 64 semop 65 semctl 66 msgget 68 msgsnd 69 msgrcv 70 msgctl 71 mq_open 240
    mq_unlink 241 memfd_create 319 memfd_secret 447 add_key 248 request_key 249 keyctl 250 init_module 175
    finit_module 313 delete_module 176 reboot 169 kexec_load 246 kexec_file_load 320 swapon 167 swapoff 168
    settimeofday 164 clock_settime 227 adjtimex 159 clock_adjtime 305 setpriority 141 ioprio_set 251
    sched_setscheduler 144 sched_setparam 142 sched_setattr 314 sched_setaffinity 203 execve 59 execveat 322 fork 57
    vfork 58 tkill 200 rt_sigqueueinfo 129 rt_tgsigqueueinfo 297 mknod 133 mknodat 259 fanotify_init 300
    fanotify_mark 301 open_by_handle_at 304 name_to_handle_at 303 quotactl 179 personality 135 setsid 112 setpgid 109
    inotify_init 253 inotify_init1 294 inotify_add_watch 254 flock 73 chmod 90 fchmod 91 fchmodat 268 chown 92
    fchown 93 fchownat 260 lchown 94 utime 132 utimes 235 futimesat 261 utimensat 280 setxattr 188 lsetxattr 189
    fsetxattr 190 removexattr 197 symlink 88 symlinkat 266 link 86 linkat 265 setuid 105 setgid 106 setreuid 113
    setresuid 117 setresgid 119 setgroups 116 setfsuid 122 capset 126 seccomp 317 vmsplice 278 splice 275 tee 276
    mincore 27 move_pages 279 migrate_pages 256 sync 162 syncfs 306 syslog 103 acct 163 sethostname 170
    timer_create 222 io_setup 206 io_submit 209 remap_file_pages 216 mlock 149 mlockall 151 modify_ldt 154 iopl 172
    ioperm 173 vhangup 153 landlock_restrict_self 446 fchmodat2 452 file_setattr 469
"""


@dataclass(frozen=True)
class Answer:
    """How a child ended: the value of its function, or its error; a negative status is the signal that killed it."""

    status: int
    value: Any = None
    error: str = ""
    text: str = ""


@dataclass
class Zygote:
    """A running `locked_child.py`, with a scratch folder, a public file beside it, and a library."""

    folder: Path
    modules: tuple[str, ...] = ()
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.scratch, self.beside = self.folder / "scratch", self.folder / "beside.txt"
        self.library = self.folder / "library" / "module.py"
        self.library.parent.mkdir()
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
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        self.beside.write_text(TEXT)
        self.library.write_text(TEXT)
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
            "library": str(self.library),
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
    yield from running("torch", "matplotlib.pyplot", "pandas", "plotly.express")


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
    assert sorted(os.listdir(zygote.folder)) == ["beside.txt", "library", "scratch"]
    assert zygote.beside.read_text() == zygote.library.read_text() == TEXT


@pytest.mark.parametrize("attack", [name for name, attack in locked_child.ATTACKS.items() if attack.controlled])
def test_without_walls_the_same_attack_works(zygote: Zygote, attack: str) -> None:
    answer = zygote.ask("run_attack", attack, walls=())
    assert (answer.error, answer.text, answer.status) == ("", "", 0)


@pytest.mark.skipif(not X86_64, reason="the numbers are those of x86-64")
def test_forbidden_system_calls_are_all_refused(zygote: Zygote, how: dict[str, Any]) -> None:
    require(Wall.SECCOMP)
    words = FORBIDDEN_ON_X86_64.split()
    numbers = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    assert zygote.ask("allowed_after_all", numbers, **how).value == []


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


# -------------------------------------------------------------------------------------------------- what still works


def test_threads_and_signals_to_oneself_work(zygote: Zygote, how: dict[str, Any]) -> None:
    assert zygote.ask("add_in_threads", **how).value == 28


def test_files_in_scratch_work(zygote: Zygote, how: dict[str, Any]) -> None:
    assert zygote.ask("keep_files", **how).value == "a4"


def test_modules_can_still_be_read(zygote: Zygote, how: dict[str, Any]) -> None:
    if ("user" in how or Wall.OWN_UID in how["walls"]) and not limits.libraries_are_public():
        pytest.skip("the interpreter lies in a private folder")
    names = ["sqlite3", "wave", "yaml", "click.testing"]
    assert zygote.ask("import_lazily", names, **how).value == names


@pytest.mark.slow
def test_descent_with_two_threads_works(zygote_with_torch: Zygote) -> None:
    assert zygote_with_torch.ask("descend").value < 0.01


@pytest.mark.slow
def test_plots_and_tables_work(zygote_with_torch: Zygote) -> None:
    assert zygote_with_torch.ask("draw").value is True
    assert zygote_with_torch.ask("tabulate").value == "2027-02-01 00:00:00+01:00"


@pytest.mark.slow
def test_scientific_modules_can_still_be_read(zygote_with_torch: Zygote) -> None:
    names = ["numpy.polynomial", "torch.distributions", "pandas.plotting", "plotly.figure_factory"]
    answer = zygote_with_torch.ask("import_lazily", [*names, "matplotlib.animation"])
    assert not answer.error, answer
    assert {"plotly.figure_factory", "matplotlib.animation"} <= set(answer.value)


@pytest.mark.slow
def test_tensor_beyond_the_memory_limit_is_refused(zygote_with_torch: Zygote) -> None:
    answer = zygote_with_torch.ask("fill_a_tensor", 3 << 28)
    assert (answer.error, answer.status) == ("RuntimeError", 0)
    assert zygote_with_torch.ask("fill_a_tensor", 1 << 26).value == 1 << 26


# ------------------------------------------------------------------------------------------- with fewer walls, aloud


@pytest.mark.parametrize("attack", ["fork", "start_a_subprocess", "connect_an_abstract_socket", "signal_the_parent"])
def test_without_landlock_the_filter_still_refuses(zygote: Zygote, attack: str) -> None:
    require(Wall.SECCOMP)
    walls = [wall for wall in STANDING if wall not in LANDLOCK_WALLS]
    assert zygote.ask("run_attack", attack, walls=walls).error == "PermissionError"


def test_without_landlock_files_stand_open(zygote: Zygote) -> None:
    walls = [wall for wall in STANDING if wall not in LANDLOCK_WALLS]
    assert zygote.ask("run_attack", "read_etc_passwd", walls=walls).error == ""


@pytest.mark.parametrize(
    ("attack", "wall"),
    [
        ("read_a_foreign_file", Wall.LANDLOCK_FILES),
        ("replace_itself", Wall.LANDLOCK_FILES),
        ("make_a_symbolic_link", Wall.LANDLOCK_FILES),
        ("make_a_fifo", Wall.LANDLOCK_FILES),
        ("connect_by_tcp", Wall.LANDLOCK_NETWORK),
        ("connect_an_abstract_socket", Wall.LANDLOCK_SCOPES),
        ("signal_the_parent", Wall.LANDLOCK_SCOPES),
    ],
)
def test_wall_of_landlock_alone_refuses(zygote: Zygote, attack: str, wall: Wall) -> None:
    require(wall)
    assert zygote.ask("run_attack", attack, walls=[wall]).error == "PermissionError"


def test_private_user_alone_owns_only_its_scratch(zygote: Zygote) -> None:
    if not privileges.may_change_user():
        pytest.skip(f"no wall '{Wall.OWN_UID.value}' here: not root")
    assert zygote.ask("run_attack", "append_to_a_foreign_file", walls=[Wall.OWN_UID]).error == "PermissionError"
    assert zygote.ask("keep_files", walls=[Wall.OWN_UID]).value == "a4"


# --------------------------------------------------------------------------------------------- what lock() promises


def test_locked_process_has_no_privileges(zygote: Zygote, how: dict[str, Any]) -> None:
    pid = zygote.hold(**how)
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert os.getsid(pid) == os.getpgid(pid) == pid
    if os.geteuid() == 0 and "user" not in how:
        assert int(status["CapBnd"], 16) == 0
    os.kill(pid, signal.SIGKILL)


def test_locked_process_has_its_limits(zygote: Zygote, how: dict[str, Any]) -> None:
    require(Wall.RLIMITS)
    pid = zygote.hold(**how, memory_mib=1024, submission_cpu_s=30, scratch_mib=8)
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    bounds = {line[:26].strip(): tuple(line[26:].split()[:2]) for line in lines}
    expected = {
        "Max data size": (str(1 << 30),) * 2,
        "Max cpu time": ("32", "37"),
        "Max file size": (str(8 << 20),) * 2,
        "Max core file size": ("0", "0"),
        "Max open files": ("256", "256"),
    }
    assert {name: bounds[name] for name in expected} == expected
    assert bounds["Max stack size"][0] == bounds["Max stack size"][1] != "unlimited"
    os.kill(pid, signal.SIGKILL)


def test_private_user_is_nobody_else(zygote: Zygote) -> None:
    if not privileges.may_change_user():
        pytest.skip(f"no wall '{Wall.OWN_UID.value}' here: not root")
    pid = zygote.hold(walls=[*STANDING, Wall.OWN_UID])
    assert Path(f"/proc/{pid}/status").read_text().count(f"\t{privileges.private_uid(pid)}") == 8  # 4 uids, 4 gids
    assert "Groups:\t \n" in Path(f"/proc/{pid}/status").read_text()
    assert zygote.scratch.stat().st_uid == privileges.private_uid(pid)
    os.kill(pid, signal.SIGKILL)


def test_locked_process_dies_with_its_zygote(how: dict[str, Any]) -> None:
    for zygote in running():
        watched = os.pidfd_open(zygote.hold(**how))
        assert not select.select([watched], [], [], 0)[0]
        zygote.process.kill()
        assert select.select([watched], [], [], 30)[0]
        os.close(watched)


@pytest.mark.parametrize(
    ("function", "how", "words"),
    [
        ("do_nothing", {"readable": ("/no/such/folder",)}, "No such file or directory: '/no/such/folder'"),
        ("do_nothing", {"memory_mib": 1}, "limits.memory_mib = 1"),
        ("do_nothing", {"processes": 3}, "limits.processes = 3"),
    ],
)
def test_wall_that_cannot_be_built_is_an_error(zygote: Zygote, function: str, how: dict[str, Any], words: str) -> None:
    answer = zygote.ask(function, **how)
    assert answer.error == "SandboxUnavailableError"
    assert words in answer.text


def test_library_that_the_private_user_cannot_read_is_an_error(zygote: Zygote) -> None:
    if not privileges.may_change_user():
        pytest.skip(f"no wall '{Wall.OWN_UID.value}' here: not root")
    secret = zygote.folder / "secret"
    secret.mkdir(mode=0o700)
    answer = zygote.ask("do_nothing", walls=[*STANDING, Wall.OWN_UID], readable=(str(secret),))
    secret.rmdir()
    assert answer.error == "SandboxUnavailableError"
    assert f"may not use {secret}" in answer.text


def test_process_with_threads_cannot_be_locked(tmp_path: Path) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    with pytest.raises(SandboxUnavailableError, match="threads run already"):
        lock(Limits(), tmp_path, (), STANDING)
    end.set()
    thread.join()
