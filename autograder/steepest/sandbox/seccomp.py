"""The system call filter: a list of allowed calls in classic BPF, for x86-64 and aarch64.

Everything else is refused with EPERM, calls newer than this list with ENOSYS, and a call of another architecture
kills the process. Nothing of the filter can be taken back.

Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from steepest.sandbox import cuda_holes
from steepest.sandbox.libc import system_call
from steepest.sandbox.syscalls import ALLOWED, CONDITIONAL, NEWEST, Numbers


@dataclass(frozen=True)
class Machine:
    """What the filter must know about an architecture; ``column`` is its place in the numbers."""

    column: int
    audit: int
    seccomp: int


MACHINES = {"x86_64": Machine(0, 0xC000003E, 317), "aarch64": Machine(1, 0xC00000B7, 277)}

KILL = 0x8000_0000
ALLOW = 0x7FFF_0000
REFUSE = 0x0005_0000 | errno.EPERM
ABSENT = 0x0005_0000 | errno.ENOSYS
NOT_A_DEVICE = 0x0005_0000 | errno.ENOTTY
NO_SUCH_FILES = 0x0005_0000 | errno.EOPNOTSUPP

# Where `struct seccomp_data` holds what, and the three comparisons of classic BPF that the filter needs.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_EQUAL, _ABOVE, _NOT_BELOW = 0x15, 0x25, 0x35

_SET_MODE_FILTER = 1
_TO_ALL_THREADS = 1

_X32 = 0x4000_0000
_ALL_BITS = 0xFFFF_FFFF

_MAP_SHARED, _MAP_GROWSDOWN = 0x01, 0x100
_O_TMPFILE = 0x40_0000
_CLONE_THREAD, _CLONE_FILES = 0x1_0000, 0x400
_CLOSE_RANGE_UNSHARE = 2
_CLONE_NAMESPACES = 0x7E02_0080
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030, 1032)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ: no locks, owners, signals, leases."""
_IOCTL_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS (isatty), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
_PRCTL_OPTIONS = (3, 15, 16, 0x5356_4D41)
"""PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (the allocator names its memory)."""


@dataclass(frozen=True)
class Rule:
    """Decides a call by one argument: ``met`` if (argument & mask) equals the value of any test, else ``otherwise``.

    Only the low 32 bits are looked at: the kernel ignores the others in all arguments that are tested here.
    """

    call: str
    argument: int
    tests: tuple[tuple[int, int], ...]
    met: int
    otherwise: int


def rules(pid: int, *, card: bool = False) -> tuple[Rule, ...]:
    """Return the rules of the conditional calls for the process ``pid``; with ``card``, those with CUDA's holes."""
    # A mapping that grows downwards does not count towards RLIMIT_DATA. One that is shared does not either, and a file
    # that is mapped can be deleted and closed: then no one sees the memory, or the disk, that it takes.
    grows, shared = (_MAP_GROWSDOWN, _MAP_GROWSDOWN), (_MAP_SHARED, _MAP_SHARED)
    nameless, own_thread = ((_O_TMPFILE, _O_TMPFILE),), _CLONE_THREAD | _CLONE_FILES
    ioctl = _one_of("ioctl", 1, _IOCTL_COMMANDS, otherwise=NOT_A_DEVICE)
    return (
        Rule("mmap", 3, (grows,) if card else (grows, shared), met=REFUSE, otherwise=ALLOW),
        # As on a file system that knows no files without a name; whoever wants one then makes it, and deletes it.
        Rule("open", 1, nameless, met=NO_SUCH_FILES, otherwise=ALLOW),
        Rule("openat", 2, nameless, met=NO_SUCH_FILES, otherwise=ALLOW),
        # Threads share their open files, so that what one holds is seen at all of them.
        Rule("clone", 0, ((_CLONE_NAMESPACES | own_thread, own_thread),), met=ALLOW, otherwise=REFUSE),
        Rule("close_range", 2, ((_CLOSE_RANGE_UNSHARE,) * 2,), met=REFUSE, otherwise=ALLOW),
        # The flags of these two lie in memory, where no filter sees them; glibc has clone and openat for them.
        Rule("clone3", 0, (), met=ALLOW, otherwise=ABSENT),
        Rule("openat2", 0, (), met=ALLOW, otherwise=ABSENT),
        _one_of("fcntl", 1, _FCNTL_COMMANDS),
        replace(ioctl, tests=(*ioctl.tests, *cuda_holes.IOCTLS)) if card else ioctl,
        _one_of("prctl", 0, _PRCTL_OPTIONS),
        _one_of("kill", 0, (pid,)),
        _one_of("tgkill", 0, (pid,)),
        _one_of("prlimit64", 0, (0, pid)),
    )


def _one_of(call: str, argument: int, values: Sequence[int], *, otherwise: int = REFUSE) -> Rule:
    return Rule(call, argument, tuple((_ALL_BITS, value) for value in values), met=ALLOW, otherwise=otherwise)


def program(machine: Machine, pid: int, *, card: bool = False) -> bytes:
    """Return the filter for the process ``pid``, as an array of ``struct sock_filter``."""
    number_of = {name: numbers[machine.column] for name, numbers in CONDITIONAL.items()}
    code = [
        *(_load(_ARCHITECTURE), _jump(_EQUAL, machine.audit, 1, 0), _end(KILL)),
        *(_load(_NUMBER), _jump(_NOT_BELOW, _X32, 0, 1), _end(KILL)),
    ]
    for rule in rules(pid, card=card):
        if (number := number_of[rule.call]) is not None:
            code += _decide(number, rule)
    code += [_jump(_ABOVE, NEWEST, 0, 1), _end(ABSENT)]
    for low, high in _ranges(ALLOWED.values(), machine.column):
        code += [_jump(_NOT_BELOW, low, 0, 2), _jump(_ABOVE, high, 1, 0), _end(ALLOW)]
    return b"".join([*code, _end(REFUSE)])


def _decide(number: int, rule: Rule) -> list[bytes]:
    decision = []
    for mask, value in rule.tests:
        decision += [_load(_ARGUMENTS + 8 * rule.argument), _and(mask), _jump(_EQUAL, value, 0, 1), _end(rule.met)]
    decision.append(_end(rule.otherwise))
    return [_jump(_EQUAL, number, 0, len(decision)), *decision]


def _ranges(numbers: Iterable[Numbers], column: int) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for number in sorted(pair[column] or 0 for pair in numbers if pair[column] is not None):
        low, high = ranges[-1] if ranges else (number, number - 1)
        ranges[-1:] = [(low, number)] if number == high + 1 else [*ranges[-1:], (number, number)]
    return ranges


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", 0x20, 0, 0, offset)


def _and(mask: int) -> bytes:
    return struct.pack("=HBBI", 0x54, 0, 0, mask)


def _jump(comparison: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", comparison, if_true, if_false, value)


def _end(action: int) -> bytes:
    return struct.pack("=HBBI", 0x06, 0, 0, action)


def available() -> bool:
    """Return whether this kernel takes filters and the filter knows this machine; nothing is changed."""
    machine = MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    try:
        system_call(machine.seccomp, _SET_MODE_FILTER, 0, 0)
    except OSError as error:
        return error.errno == errno.EFAULT  # it looked for the filter at address 0, so it would have taken one
    return False


def install(*, card: bool = False) -> None:
    """Put the filter on all threads of this process, for good; it needs no_new_privs.

    With ``card`` it has the holes of `steepest.sandbox.cuda_holes`.

    Raises:
        OSError: The kernel refused, or this machine is not known.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise OSError(errno.ENOSYS, f"no table of system calls for {platform.machine()}")
    code = ctypes.create_string_buffer(program(machine, os.getpid(), card=card))
    pointer = struct.pack("HP", (len(code) - 1) // 8, ctypes.addressof(code))
    stuck = system_call(machine.seccomp, _SET_MODE_FILTER, _TO_ALL_THREADS, pointer)
    if stuck:
        raise OSError(errno.EBUSY, f"thread {stuck} does not take the filter")
