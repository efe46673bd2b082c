"""The walls around a submission: which of them this machine offers, and building them in a forked child.

`lock` is one way. It runs in a child of the zygote before the child sees a student's byte, and it either builds
every wall that it was told to build or raises.
"""

from __future__ import annotations

import os
import stat
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import assert_never

from steepest.errors import SandboxUnavailableError
from steepest.model import Limits
from steepest.sandbox import cuda_holes, landlock, privileges, seccomp

MIB = 2**20
OPEN_FILES = 256
THREADS = 256
"""How many threads a submission may have where it is counted alone."""
THREADS_BESIDE_OTHERS = 1024
"""How many threads may start on the whole machine, from now on, where others count as the same user."""
ADDRESS_SPACE_RATIO = 8
"""Mapped memory may exceed used memory by this; it bounds the page tables, which no other limit counts."""
STACK_MIB = 64
"""The stack of the main thread where the machine sets no limit."""
CPU_SOFT_S, CPU_HARD_S = 2, 7
"""How long after its limit a worker is ended by the kernel, if the judge has not: first by a signal that a student's
code may ignore, then by one that it may not."""

DEVICES = (Path("/dev/null"), Path("/dev/urandom"))
SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/fonts", "/usr/share/zoneinfo")


class Wall(Enum):
    """One kind of confinement; the value is its name in reports."""

    LANDLOCK_FILES = "files (Landlock)"
    LANDLOCK_NETWORK = "TCP (Landlock)"
    LANDLOCK_SCOPES = "signals and abstract sockets (Landlock)"
    SECCOMP = "system calls (seccomp)"
    OWN_UID = "own user"
    NO_CAPABILITIES = "no capabilities"
    RLIMITS = "resource limits"
    THREAD_LIMIT = "thread limit"

    @property
    def sentence(self) -> str:
        """Return the one sentence that says what this wall keeps out."""
        match self:
            case Wall.LANDLOCK_FILES:
                return "Opens no file but Python's libraries and the submission's own scratch folder."
            case Wall.LANDLOCK_NETWORK:
                return "Neither connects to nor listens on a TCP port."
            case Wall.LANDLOCK_SCOPES:
                return "Signals no process outside, and connects to no abstract socket of one."
            case Wall.SECCOMP:
                return "Makes no socket, process or shared memory, nor any system call that a computation does without."
            case Wall.OWN_UID:
                return "Runs as a user that owns nothing but the scratch folder."
            case Wall.NO_CAPABILITIES:
                return "Has none of root's powers, even where the grader runs as root."
            case Wall.RLIMITS:
                return "Uses no more CPU time, memory and file space than its limits."
            case Wall.THREAD_LIMIT:
                return "Starts no flood of threads."
            case _:
                assert_never(self)


KEEP_WORKERS_APART = {Wall.LANDLOCK_FILES, Wall.LANDLOCK_SCOPES, Wall.SECCOMP, Wall.RLIMITS}
"""Walls that keep a worker from looking into another one of the same user: no /proc, no tracing, no dump."""

LANDLOCK_WALLS = (Wall.LANDLOCK_FILES, Wall.LANDLOCK_NETWORK, Wall.LANDLOCK_SCOPES)


def standing_walls() -> tuple[Wall, ...]:
    """Return the walls that this machine offers; looking changes nothing."""
    return tuple(wall for wall in Wall if sys.platform == "linux" and _stands(wall))


def _stands(wall: Wall) -> bool:
    match wall:
        case Wall.LANDLOCK_FILES:
            return landlock.abi() >= landlock.FILES_ABI
        case Wall.LANDLOCK_NETWORK:
            return landlock.abi() >= landlock.NETWORK_ABI
        case Wall.LANDLOCK_SCOPES:
            return landlock.abi() >= landlock.SCOPES_ABI
        case Wall.SECCOMP:
            return seccomp.available()
        case Wall.OWN_UID:
            return privileges.may_change_user() and libraries_are_public()
        case Wall.NO_CAPABILITIES | Wall.RLIMITS:
            return True
        case Wall.THREAD_LIMIT:
            return os.geteuid() != 0 or privileges.may_change_user()
        case _:
            assert_never(wall)


def readable_paths() -> tuple[Path, ...]:
    """Return what a submission may read: the interpreter, the standard library, site-packages, system libraries.

    Not the folders that an editable install points to, nor /etc, /proc, /sys, /dev or a home folder as such.
    """
    names = [f"{sys.base_prefix}/lib", sys.executable, *SYSTEM_LIBRARIES]
    found = {*_python_folders(), *(Path(name).resolve() for name in names if Path(name).exists())}
    return tuple(sorted(path for path in found if not any(parent in found for parent in path.parents)))


def _python_folders() -> set[Path]:
    """Return the folders of the standard library and of installed packages, and none that a source tree stands in."""
    base = {"platbase": sys.base_exec_prefix}  # else platstdlib is an empty folder of the virtual environment
    names = [sysconfig.get_path(name, vars=base) for name in ("stdlib", "platstdlib")]
    names += [name for name in sys.path if Path(name).name in ("site-packages", "dist-packages")]
    return {Path(name).resolve() for name in names if Path(name).is_dir()}


def libraries_are_public() -> bool:
    """Return whether a user that is nobody could read Python's libraries, judged by their modes two levels deep."""
    folders = _python_folders()
    if not all(_may_pass(parent) for folder in folders for parent in folder.parents):
        return False
    return all(_is_public(path) for folder in folders for path in (folder, *folder.iterdir()))


def _is_public(path: Path) -> bool:
    mode = path.lstat().st_mode
    return bool(mode & stat.S_IROTH) and (not stat.S_ISDIR(mode) or bool(mode & stat.S_IXOTH))


def _may_pass(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def lock(
    limits: Limits, scratch: Path, readable: Sequence[Path], walls: Sequence[Wall], card: Sequence[Path] = ()
) -> None:
    """Build ``walls`` around this process, for good.

    It also becomes a session of its own, can gain no privilege, leaves no dump, and dies with its parent.

    Args:
        limits: Bounds of memory, CPU time and file size.
        scratch: The one folder that may be written; it is given to the private user, if there is one.
        readable: Folders and files that may be read; see `readable_paths`.
        walls: What to build, of `standing_walls`.
        card: The device files of a CUDA card; where there are any, the walls have the holes of `cuda_holes`.

    Raises:
        SandboxUnavailableError: A wall cannot be built; the process is then half locked and must end.
    """
    _check(limits)
    parent, user, wanted = os.getppid(), privileges.private_uid(os.getpid()), frozenset(walls)
    same_user = os.geteuid() != 0
    with _building("a session of its own"):
        os.setsid()
    ruleset = _open_ruleset(scratch, readable, wanted, card)
    if Wall.RLIMITS in wanted:
        _limit_resources(limits, card=bool(card))
    if Wall.THREAD_LIMIT in wanted:
        _limit_threads()
    _change_user(user, scratch, readable, wanted)
    with _building("no new privileges"):
        privileges.gain_nothing(seen_by_its_user=same_user and wanted >= KEEP_WORKERS_APART)
        privileges.die_with(parent)
    if ruleset is not None:
        with _building("Landlock"):
            landlock.restrict(ruleset)
    if Wall.SECCOMP in wanted:
        with _building(Wall.SECCOMP.value):
            seccomp.install(card=bool(card))


def _check(limits: Limits) -> None:
    if sys.platform != "linux":
        raise SandboxUnavailableError(f"there are no walls for {sys.platform}. Try: grade on Linux")
    if limits.processes:
        raise SandboxUnavailableError(f"limits.processes = {limits.processes}: no process can be allowed. Try: 0")
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise SandboxUnavailableError(f"{threads} threads run already, and a wall holds only what starts behind it")


@contextmanager
def _building(wall: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        help = "see what this machine offers with `steepest doctor`"
        raise SandboxUnavailableError(f"cannot build the wall '{wall}': {error}. Try: {help}") from error


def _open_ruleset(scratch: Path, readable: Sequence[Path], wanted: frozenset[Wall], card: Sequence[Path]) -> int | None:
    files, network, scopes = (wall in wanted for wall in LANDLOCK_WALLS)
    if not (files or network or scopes):
        return None
    with _building("Landlock"):
        opened = (*readable, *cuda_holes.readable()) if card else readable
        rules = landlock.rules_for(opened, scratch, DEVICES, [path for path in card if path.exists()])
        return landlock.make_ruleset(rules, files=files, network=network, scopes=scopes)


def _limit_resources(limits: Limits, *, card: bool) -> None:
    import resource  # not on Windows, where this module must import all the same

    size, data = _memory_now()
    memory = (limits.memory_mib + (cuda_holes.HOST_MIB if card else 0)) * MIB
    if data >= memory:
        in_use = f"{data // MIB} MiB are in use before the submission starts"
        raise SandboxUnavailableError(f"limits.memory_mib = {limits.memory_mib}: {in_use}. Try: a higher limit")
    with _building(Wall.RLIMITS.value):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.scratch_mib * MIB,) * 2)
        cpu_s = limits.submission_cpu_s
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s + CPU_SOFT_S, cpu_s + CPU_HARD_S))
        if not card:  # its driver reserves as much address space as host and card have memory
            _lower(resource.RLIMIT_AS, size + ADDRESS_SPACE_RATIO * memory)
        _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
        # Else a submission could raise its own: the stack grows without being counted as memory.
        soft, _ = resource.getrlimit(resource.RLIMIT_STACK)
        _lower(resource.RLIMIT_STACK, STACK_MIB * MIB if soft == resource.RLIM_INFINITY else soft)
        for unused in (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
            _lower(unused, 0)


def _memory_now() -> tuple[int, int]:
    """Return how many bytes this process has mapped, and how many of them RLIMIT_DATA counts."""
    fields = Path("/proc/self/statm").read_text(encoding="utf-8").split()
    page = os.sysconf("SC_PAGE_SIZE")
    return int(fields[0]) * page, int(fields[5]) * page


def _lower(kind: int, bound: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    resource.setrlimit(kind, (bound, bound))


def _limit_threads() -> None:
    import resource

    with _building(Wall.THREAD_LIMIT.value):
        _lower(resource.RLIMIT_NPROC, THREADS if os.geteuid() == 0 else _threads_of_all() + THREADS_BESIDE_OTHERS)


def _threads_of_all() -> int:
    """Return how many threads the machine runs: at least as many as this user does, and read in no time."""
    return int(Path("/proc/loadavg").read_text(encoding="utf-8").split()[3].partition("/")[2])


def _change_user(user: int, scratch: Path, readable: Sequence[Path], wanted: frozenset[Wall]) -> None:
    if Wall.NO_CAPABILITIES in wanted:
        privileges.empty_bounding_set()
    if Wall.OWN_UID in wanted:
        with _building(Wall.OWN_UID.value):
            os.chown(scratch, user, user)
            privileges.become(user)
    elif Wall.THREAD_LIMIT in wanted and os.geteuid() == 0:
        with _building(Wall.THREAD_LIMIT.value):
            privileges.be_counted_as(user)
    if Wall.NO_CAPABILITIES in wanted:
        with _building(Wall.NO_CAPABILITIES.value):
            privileges.drop_capabilities()
    with _building("access to libraries and scratch folder"):
        _require_access(readable, os.R_OK)
        _require_access([scratch], os.R_OK | os.W_OK | os.X_OK)


def _require_access(paths: Iterable[Path], mode: int) -> None:
    for path in paths:
        if not os.access(path, mode, effective_ids=True):
            raise PermissionError(f"user {os.geteuid()} may not use {path}")
