"""A small zygote, and what is tried in its locked children: a program that `test_walls.py` starts and asks.

It forks a child for each request, as the real zygote does; the child locks itself and runs one function of this
file. Every attack is harmless where it succeeds, since it is also tried without walls, to see that it works.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import json
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steepest.model import Limits
from steepest.sandbox import libc
from steepest.sandbox.limits import Wall, libraries_are_public, lock, readable_paths

NOBODY = 65534
CHILD_ALARM_S = 60
PRIVATE_MEMORY, GROWS_DOWN = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 0x100

# ------------------------------------------------------------------------------------------- what the child does


@dataclass(frozen=True)
class Place:
    """Where a child finds itself: its scratch folder, a public file beside it, a library file, and its parent."""

    scratch: Path
    beside: Path
    library: Path
    parent: int
    abstract: str


def call(name: str, *arguments: int | bytes) -> int:
    """Return what libc's function ``name`` returns; raise OSError for -1."""
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.restype = ctypes.c_long
    words = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_ulong(a & (2**64 - 1)) for a in arguments]
    result = int(function(*words))
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def connect(family: int, address: Any) -> None:  # noqa: ANN401  # a path, or a host with a port
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.connect(address)


def listen_somewhere() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def make_a_socket_pair() -> None:
    for end in socket.socketpair():
        end.close()


def fork_and_reap() -> None:
    if not (pid := os.fork()):
        os._exit(0)
    os.waitpid(pid, 0)


def fcntl_own(command: int, value: int) -> None:
    with tempfile.TemporaryFile() as file:
        fcntl.fcntl(file, command, value)


def lock_a_library_file(place: Place) -> None:
    with place.library.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def move_out(name: str) -> None:
    """Move a file out of the scratch folder, and back in if that worked."""
    Path(name).touch()
    os.rename(name, Path("..", name))
    os.rename(Path("..", name), name)


def truncate_by_opening(file: Path) -> None:
    os.close(os.open(file, os.O_RDONLY | os.O_TRUNC))


def map_then_write(size: int) -> None:
    """Map memory that may only be read, which counts for nothing, and make it writable."""
    address = call("mmap", 0, size, mmap.PROT_READ, PRIVATE_MEMORY, -1, 0)
    call("mprotect", address, size, mmap.PROT_READ | mmap.PROT_WRITE)
    call("munmap", address, size)


def map_memory(size: int, flags: int, protection: int = mmap.PROT_READ | mmap.PROT_WRITE) -> None:
    address = call("mmap", 0, size, protection, flags, -1, 0)
    call("munmap", address, size)


def set_limit(kind: int, bound: int) -> None:
    resource.setrlimit(kind, (bound, bound))


def grow_a_file(size: int) -> None:
    with open("large", "wb") as file:
        file.truncate(size)


def open_many_files() -> None:
    kept = [os.open(os.devnull, os.O_RDONLY) for _ in range(300)]
    for descriptor in kept:
        os.close(descriptor)


def link_a_library_file(place: Place) -> None:
    os.link(place.library, place.scratch / "link")
    (place.scratch / "link").unlink()


@dataclass(frozen=True)
class Attack:
    """Something a submission must not do; ``controlled`` ones work without walls wherever tests run."""

    run: Callable[[Place], object]
    needs: Wall
    controlled: bool = True
    error: str = "PermissionError"


FILES, CALLS, BOUNDS = Wall.LANDLOCK_FILES, Wall.SECCOMP, Wall.RLIMITS
ATTACKS = {
    "read_a_foreign_file": Attack(lambda place: place.beside.read_bytes(), FILES),
    "read_etc_passwd": Attack(lambda place: Path("/etc/passwd").read_bytes(), FILES),
    "read_the_parents_environment": Attack(lambda place: Path(f"/proc/{place.parent}/environ").read_bytes(), FILES),
    "read_the_parents_command": Attack(lambda place: Path(f"/proc/{place.parent}/cmdline").read_bytes(), FILES),
    "read_its_own_memory_map": Attack(lambda place: Path("/proc/self/maps").read_bytes(), FILES),
    "read_this_test": Attack(lambda place: Path(__file__).read_bytes(), FILES),
    "list_a_foreign_folder": Attack(lambda place: os.listdir(place.beside.parent), FILES),
    "list_the_root": Attack(lambda place: os.listdir("/"), FILES),
    "append_to_a_library_file": Attack(lambda place: place.library.open("a").close(), FILES),
    "truncate_a_library_file": Attack(lambda place: os.truncate(place.library, 3), FILES),
    "truncate_a_library_file_by_opening": Attack(lambda place: truncate_by_opening(place.library), FILES),
    "remove_a_library_file": Attack(lambda place: place.library.unlink(), FILES),
    "append_to_a_foreign_file": Attack(lambda place: place.beside.open("a").close(), FILES),
    "truncate_a_foreign_file": Attack(lambda place: os.truncate(place.beside, 3), FILES),
    "create_a_foreign_file": Attack(lambda place: place.beside.with_name("new").touch(), FILES),
    "use_shared_memory_files": Attack(lambda place: tempfile.TemporaryFile(dir="/dev/shm").close(), FILES),
    "move_a_file_out": Attack(lambda place: move_out("a"), FILES),
    "change_a_mode": Attack(lambda place: place.library.chmod(0o644), CALLS),
    "change_a_time": Attack(lambda place: os.utime(place.library), CALLS),
    "change_an_owner": Attack(lambda place: os.chown(place.library, -1, -1), CALLS),
    "link_a_file_in": Attack(link_a_library_file, CALLS),
    "make_a_symbolic_link": Attack(lambda place: Path("here").symlink_to("/etc/passwd"), CALLS),
    "make_a_fifo": Attack(lambda place: os.mkfifo("fifo"), CALLS),
    "watch_a_folder": Attack(lambda place: call("inotify_init1", 0), CALLS),
    "lock_a_library_file": Attack(lock_a_library_file, CALLS),
    "connect_by_tcp": Attack(lambda place: connect(socket.AF_INET, ("127.0.0.1", 9)), CALLS, controlled=False),
    "listen_on_tcp": Attack(lambda place: listen_somewhere(), CALLS),
    "connect_an_abstract_socket": Attack(lambda place: connect(socket.AF_UNIX, place.abstract), CALLS),
    "make_a_socket_pair": Attack(lambda place: make_a_socket_pair(), CALLS),
    "fork": Attack(lambda place: fork_and_reap(), CALLS),
    "spawn": Attack(lambda place: os.posix_spawn("/bin/true", ["true"], {}), CALLS),
    "start_a_subprocess": Attack(lambda place: subprocess.run(["/bin/true"], check=False), CALLS),
    "replace_itself": Attack(lambda place: os.execv("/bin/true", ["true"]), CALLS, controlled=False),
    "signal_the_parent": Attack(lambda place: os.kill(place.parent, 0), CALLS),
    "signal_its_group": Attack(lambda place: os.kill(0, 0), CALLS),
    "signal_everyone": Attack(lambda place: os.kill(-1, 0), CALLS),
    "signal_through_a_file": Attack(lambda place: fcntl_own(fcntl.F_SETOWN, place.parent), CALLS),
    "choose_the_signal_of_a_file": Attack(lambda place: fcntl_own(10, signal.SIGTERM), CALLS),
    "take_a_lease": Attack(lambda place: fcntl_own(fcntl.F_SETLEASE, fcntl.F_WRLCK), CALLS),
    "be_slow_to_others": Attack(lambda place: os.setpriority(os.PRIO_PROCESS, place.parent, 0), CALLS),
    "pin_the_parent": Attack(lambda place: os.sched_setaffinity(place.parent, os.sched_getaffinity(0)), CALLS),
    "limit_the_parent": Attack(lambda place: resource.prlimit(place.parent, resource.RLIMIT_CORE, (0, 0)), CALLS),
    "leave_the_session": Attack(lambda place: os.setsid(), CALLS, controlled=False),
    "outlive_the_parent": Attack(lambda place: libc.prctl(libc.PR_SET_PDEATHSIG, 0), CALLS),
    "allow_dumps": Attack(lambda place: libc.prctl(libc.PR_SET_DUMPABLE, 1), CALLS),
    "map_shared_memory": Attack(lambda place: map_memory(1 << 30, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS), CALLS),
    "map_a_shared_file": Attack(lambda place: mmap.mmap(os.open(place.library, 0), 0, access=mmap.ACCESS_READ), CALLS),
    "make_a_file_without_a_name": Attack(
        lambda place: os.close(os.open(".", os.O_TMPFILE | os.O_RDWR)), CALLS, error="OSError"
    ),
    "map_a_growing_stack": Attack(lambda place: map_memory(3 << 30, PRIVATE_MEMORY | GROWS_DOWN), CALLS),
    "type_into_a_terminal": Attack(lambda place: fcntl.ioctl(0, termios.TIOCSTI, b"x"), CALLS, False, "OSError"),
    "use_more_memory": Attack(lambda place: map_memory(3 << 30, PRIVATE_MEMORY), BOUNDS, error="OSError"),
    "make_memory_writable": Attack(lambda place: map_then_write(3 << 30), BOUNDS, error="OSError"),
    "map_more_addresses": Attack(
        lambda place: map_memory(1 << 40, PRIVATE_MEMORY, mmap.PROT_READ), BOUNDS, error="OSError"
    ),
    "write_a_large_file": Attack(lambda place: grow_a_file(65 << 20), BOUNDS, error="OSError"),
    "open_many_files": Attack(lambda place: open_many_files(), BOUNDS, error="OSError"),
    "raise_the_stack": Attack(lambda place: set_limit(resource.RLIMIT_STACK, 1 << 30), BOUNDS, False, "ValueError"),
    "dump_core": Attack(lambda place: set_limit(resource.RLIMIT_CORE, 1), BOUNDS, False, "ValueError"),
}


def allowed_after_all(numbers: dict[str, int]) -> list[str]:
    """Return the names of the calls that were not refused; their arguments are all zero."""
    return [name for name, number in numbers.items() if not _is_refused(number)]


def _is_refused(number: int) -> bool:
    try:
        libc.system_call(number, 0, 0, 0, 0, 0, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def run_attack(name: str, place: Place) -> None:
    ATTACKS[name].run(place)


def start_threads(most: int) -> int:
    """Return how many threads could be started, up to ``most``."""
    threading.stack_size(64 * 1024)
    end, threads = threading.Event(), [threading.Thread(target=lambda: end.wait()) for _ in range(most)]
    started = 0
    try:
        for thread in threads:
            thread.start()
            started += 1
    except RuntimeError:
        pass
    end.set()
    return started


def add_in_threads() -> int:
    total: list[int] = []
    threads = [threading.Thread(target=total.append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signal.pthread_kill(threading.get_ident(), 0)
    os.kill(os.getpid(), 0)
    return sum(total)


def keep_files() -> str:
    with tempfile.NamedTemporaryFile("w+") as file, tempfile.TemporaryDirectory() as folder:
        Path(folder, "deeper").mkdir()
        Path(folder, "deeper", "a").write_text("a")
        Path(folder, "deeper", "a").rename(Path(folder, "b"))
        file.write(Path(folder, "b").read_text() + str(len(os.urandom(4))))
        file.flush()
        return Path(file.name).read_text()


def import_lazily(names: list[str]) -> list[str]:
    """Return those of ``names`` that really had to be read from a file."""
    new = [name for name in names if name not in sys.modules]
    return [name for name in new if importlib.import_module(name).__name__ in sys.modules]


def make_a_call_of_x32() -> None:
    libc.system_call(0x4000_0000 + 39)


def make_a_call_of_i386() -> None:
    """Run ``mov eax, 20; int 0x80; ret``: getpid by the numbers of 32-bit x86."""
    code = mmap.mmap(-1, 4096, PRIVATE_MEMORY, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


def do_nothing() -> str:
    return "locked"


def descend() -> float:
    import torch

    torch.set_num_threads(2)
    A, X = torch.eye(200) * 2, torch.nn.Parameter(torch.zeros(200, 200))
    optimizer = torch.optim.Adam([X], lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        loss = ((X @ A - torch.eye(200)) ** 2).mean()
        loss.backward()
        optimizer.step()
    return float(loss)


def fill_a_tensor(size: int) -> int:
    import torch

    return int(torch.ones(size).sum())


def draw() -> bool:
    import matplotlib.pyplot as plt

    plt.plot([1, 2], [3, 4])
    plt.title("$x^2$ ü")
    for name in ("a.png", "a.svg", "a.pdf"):
        plt.savefig(name)
    return Path("a.png").read_bytes().startswith(b"\x89PNG")


def tabulate() -> str:
    import pandas
    import plotly.express as px

    pandas.DataFrame({"a": [1, 2]}).to_csv("a.csv")
    px.line(pandas.read_csv("a.csv"), y="a").write_html("a.html")
    return str(pandas.Timestamp("2027-02-01", tz="Europe/Berlin"))


# ---------------------------------------------------------------------------------------------- the small zygote


def serve(modules: list[str]) -> None:
    """Import ``modules``, say ready, then fork a locked child for each line of standard input."""
    for name in modules:
        importlib.import_module(name)
    server = socket.socket(socket.AF_UNIX)
    server.bind(_abstract_name(os.getpid()))
    server.listen(64)
    _say({"ready": os.getpid()})
    for line in sys.stdin:
        _fork(json.loads(line))


def _abstract_name(zygote: int) -> str:
    return f"\0steepest-walls-{zygote}"


def _say(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message, default=str).encode() + b"\n")


def _fork(request: dict[str, Any]) -> None:
    pid = os.fork()
    if not pid:
        _obey(request)
        os._exit(0)
    if request["hold"]:
        _say({"pid": pid})
    else:
        _, status = os.waitpid(pid, 0)
        _say({"status": os.waitstatus_to_exitcode(status)})


def _obey(request: dict[str, Any]) -> None:
    signal.alarm(CHILD_ALARM_S)
    scratch, beside, library = (Path(request[name]) for name in ("scratch", "beside", "library"))
    place = Place(scratch, beside, library, os.getppid(), _abstract_name(os.getppid()))
    os.environ.update(dict.fromkeys(("TMPDIR", "MPLCONFIGDIR", "HOME"), str(scratch)))
    os.chdir(scratch)
    try:
        _lock_as_told(request, scratch)
        arguments = [*request["arguments"], *([place] if request["function"] == run_attack.__name__ else [])]
        _say({"value": globals()[request["function"]](*arguments)})
    except BaseException as error:
        _say({"error": type(error).__name__, "text": str(error)})
    if request["hold"]:
        signal.pause()


# Where the interpreter lies in a private folder, another user must do with what is imported.
_readable, _public = readable_paths(), libraries_are_public()


def _lock_as_told(request: dict[str, Any], scratch: Path) -> None:
    walls, user = [Wall[name] for name in request["walls"]], request["user"]
    if os.geteuid() == 0:
        os.setgroups([NOBODY])
    if user:
        os.chown(scratch, user, user)
        os.setgid(user)
        os.setuid(user)
    another = user or Wall.OWN_UID in walls
    readable = [path for path in _readable if _public or not another or path.is_relative_to("/usr")]
    readable += [Path(request["library"]).parent, *map(Path, request["readable"])]
    if walls:
        lock(Limits(**request["limits"]), scratch, readable, walls)


if __name__ == "__main__":
    serve(sys.argv[1:])
