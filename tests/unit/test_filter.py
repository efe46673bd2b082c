"""The system call filter, run here by a small interpreter of BPF, for both machines and every number."""

from __future__ import annotations

import platform
import re
import struct
from pathlib import Path

import pytest

from steepest.sandbox import seccomp
from steepest.sandbox.seccomp import (
    ABSENT,
    ALLOW,
    KILL,
    MACHINES,
    NO_SUCH_FILES,
    NOT_A_DEVICE,
    REFUSE,
    Machine,
    program,
)
from steepest.sandbox.syscalls import ALLOWED, CONDITIONAL, NEWEST

PID = 4711
SHARED, PRIVATE, VALIDATE, ANONYMOUS, GROWSDOWN = 1, 2, 3, 0x20, 0x100
GLIBC_THREAD, FORK, VFORK = 0x3D0F00, 0x1200011, 0x4111
NEW_USER, NEW_NET, NEW_TIME = 0x1000_0000, 0x4000_0000, 0x80

HEADERS = (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm-generic/unistd.h"))


def decide(machine: Machine, number: int, *arguments: int, audit: int | None = None) -> int:
    """Return the action of the filter for one call: what the kernel would do with the same program."""
    padded = [value & (2**64 - 1) for value in (*arguments, 0, 0, 0, 0, 0, 0)][:6]
    data = struct.pack("=iIQ6Q", number, machine.audit if audit is None else audit, 0, *padded)
    code, at, accumulator = list(struct.iter_unpack("=HBBI", program(machine, PID))), 0, 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x54:
                accumulator &= value
            case 0x06:
                return int(value)
            case _:
                holds = {0x15: accumulator == value, 0x25: accumulator > value, 0x35: accumulator >= value}[operation]
                at += if_true if holds else if_false


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> Machine:
    return MACHINES[request.param]


def test_exactly_the_listed_numbers_are_allowed(machine: Machine) -> None:
    allowed = {numbers[machine.column] for numbers in ALLOWED.values()}
    conditional = {numbers[machine.column] for numbers in CONDITIONAL.values()}
    for number in set(range(NEWEST + 1)) - conditional:
        assert decide(machine, number) == (ALLOW if number in allowed else REFUSE), number


def test_numbers_stand_once(machine: Machine) -> None:
    numbers = [pair[machine.column] for pair in (*ALLOWED.values(), *CONDITIONAL.values())]
    known = [number for number in numbers if number is not None]
    assert len(known) == len(set(known))


def test_newer_calls_do_not_exist(machine: Machine) -> None:
    assert {decide(machine, number) for number in (NEWEST + 1, NEWEST + 100, 0x3FFF_FFFF)} == {ABSENT}


def test_foreign_architecture_kills(machine: Machine) -> None:
    number = ALLOWED["read"][machine.column]
    assert number is not None
    for audit in (0x4000_0003, 0x4000_0028, 0, *(other.audit for other in MACHINES.values() if other != machine)):
        assert decide(machine, number, audit=audit) == KILL
    assert decide(machine, number | 0x4000_0000) == KILL
    assert decide(machine, -1) == KILL


@pytest.mark.parametrize(
    ("call", "arguments", "action"),
    [
        ("mmap", (0, 4096, 3, PRIVATE | ANONYMOUS), ALLOW),
        ("mmap", (0, 4096, 3, PRIVATE), ALLOW),
        ("mmap", (0, 4096, 3, SHARED), REFUSE),
        ("mmap", (0, 4096, 1, VALIDATE), REFUSE),
        ("mmap", (0, 4096, 3, SHARED | ANONYMOUS), REFUSE),
        ("mmap", (0, 4096, 3, VALIDATE | ANONYMOUS), REFUSE),
        ("mmap", (0, 4096, 3, SHARED | ANONYMOUS | 1 << 40), REFUSE),
        ("mmap", (0, 4096, 3, PRIVATE | ANONYMOUS | GROWSDOWN), REFUSE),
        ("clone", (GLIBC_THREAD,), ALLOW),
        ("clone", (GLIBC_THREAD & ~0x400,), REFUSE),  # a thread with open files of its own
        ("close_range", (3, 100, 0), ALLOW),
        ("close_range", (3, 100, 4), ALLOW),  # CLOSE_RANGE_CLOEXEC
        ("close_range", (3, 100, 2), REFUSE),  # CLOSE_RANGE_UNSHARE
        ("close_range", (3, 100, 6), REFUSE),
        ("clone", (FORK,), REFUSE),
        ("clone", (VFORK,), REFUSE),
        ("clone", (GLIBC_THREAD | NEW_USER,), REFUSE),
        ("clone", (GLIBC_THREAD | NEW_NET,), REFUSE),
        ("clone", (GLIBC_THREAD | NEW_TIME,), REFUSE),
        ("clone3", (0, 88), ABSENT),
        ("openat", (-100, 0, 0o101), ALLOW),
        ("openat", (-100, 0, 0o200000), ALLOW),  # O_DIRECTORY alone
        ("openat", (-100, 0, 0o20200002), NO_SUCH_FILES),  # O_TMPFILE | O_RDWR
        ("openat", (-100, 0, 0o20000000), NO_SUCH_FILES),
        ("openat2", (-100, 0, 0, 24), ABSENT),
        ("kill", (PID, 9), ALLOW),
        ("kill", (0, 9), REFUSE),
        ("kill", (-1, 9), REFUSE),
        ("kill", (-PID, 9), REFUSE),
        ("kill", (PID + 1, 9), REFUSE),
        ("kill", (1 << 32 | PID, 9), ALLOW),  # the kernel drops the high half: the same process
        ("tgkill", (PID, PID + 3, 6), ALLOW),
        ("tgkill", (PID + 1, PID + 1, 6), REFUSE),
        ("prlimit64", (0, 2), ALLOW),
        ("prlimit64", (PID, 2), ALLOW),
        ("prlimit64", (1, 2), REFUSE),
        ("fcntl", (3, 3), ALLOW),
        ("fcntl", (3, 1030), ALLOW),
        ("fcntl", (3, 6), REFUSE),  # F_SETLK
        ("fcntl", (3, 8), REFUSE),  # F_SETOWN
        ("fcntl", (3, 15), REFUSE),  # F_SETOWN_EX
        ("fcntl", (3, 1024), REFUSE),  # F_SETLEASE
        ("fcntl", (3, 1026), REFUSE),  # F_NOTIFY
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), NOT_A_DEVICE),  # TIOCSTI
        ("ioctl", (0, 0x541C), NOT_A_DEVICE),  # TIOCLINUX
        ("ioctl", (0, 1 << 32 | 0x5412), NOT_A_DEVICE),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), REFUSE),  # PR_SET_PDEATHSIG
        ("prctl", (4,), REFUSE),  # PR_SET_DUMPABLE
        ("prctl", (22,), REFUSE),  # PR_SET_SECCOMP
    ],
)
def test_conditional_call_is_decided_by_its_argument(
    machine: Machine, call: str, arguments: tuple[int, ...], action: int
) -> None:
    number = CONDITIONAL[call][machine.column]
    assert number is not None
    assert decide(machine, number, *arguments) == action


@pytest.mark.parametrize("column", [0, 1])
def test_numbers_are_those_of_the_kernels_headers(column: int) -> None:
    if not HEADERS[column].exists():
        pytest.skip(f"no {HEADERS[column]} here")
    pattern = r"#define __NR(?:3264)?_(\w+)\s+(\d+)"
    listed = {name: int(number) for name, number in re.findall(pattern, HEADERS[column].read_text())}
    if column == 1:
        listed["newfstatat"] = listed["fstatat"]
    ours = {name: pair[column] for name, pair in (ALLOWED | CONDITIONAL).items()}
    newer = {name for name, number in ours.items() if number is not None and number > max(listed.values())}
    assert {name: listed.get(name) for name in ours if name not in newer} == {
        name: number for name, number in ours.items() if name not in newer
    }


def test_program_fits_what_the_kernel_takes(machine: Machine) -> None:
    assert len(program(machine, PID)) // 8 < 4096


def test_open_without_a_folder_makes_no_nameless_file() -> None:
    machine = MACHINES["x86_64"]
    assert decide(machine, 2, 0, 0o20200002) == NO_SUCH_FILES
    assert decide(machine, 2, 0, 0o102) == ALLOW


def test_unknown_machine_offers_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert not seccomp.available()
    with pytest.raises(OSError, match="riscv64"):
        seccomp.install()
