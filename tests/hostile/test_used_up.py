"""Attacks on what the machine has: time, memory and disk of one submission, over all of its workers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from steepest.answers import CallStatus
from steepest.sandbox.budget import Budget
from steepest.sandbox.limits import standing_walls
from steepest.sandbox.session import Session, Source

from . import books
from .arena import IMPATIENT, LIMITS, Arena
from .test_workers import BUSY, ask

pytestmark = pytest.mark.hostile


@pytest.mark.slow
def test_all_rooms_of_a_submission_share_what_it_may_use(arena: Arena) -> None:
    budget = Budget(IMPATIENT)
    spin = [Source(1, "def f(M):\n    while True: pass")]
    with arena.quiet():
        for attempt in (0, 1):
            with Session(arena.zygote, spin, budget, standing_walls(), attempt=attempt) as session:
                status = ask(session).status
            assert status is (CallStatus.NOT_RUN if attempt else CallStatus.TIMED_OUT)


@pytest.mark.slow
def test_a_busy_machine_is_not_held_against_a_submission(arena: Arena) -> None:
    """The call may sleep for 2 s and computes for 1 s, of which twelve others leave it a part of a CPU."""
    work = "begin = time.process_time()\n    while time.process_time() - begin < 1: pass"
    cell = f"import time\ndef f(M):\n    {work}\n    return M"
    limits = replace(IMPATIENT, call_cpu_s=5, submission_cpu_s=5)
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(12 * (os.cpu_count() or 1))]
    try:
        with arena.quiet(), arena.session(cell, limits=limits) as session:
            assert ask(session).status is CallStatus.RETURNED
    finally:
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.slow
def test_threads_that_wait_for_each_other_gain_no_time(arena: Arena) -> None:
    cell = (
        "import threading, time\n"
        "def nap():\n    while True: time.sleep(0.0005)\n"
        "def f(M):\n    for _ in range(20): threading.Thread(target=nap, daemon=True).start()\n    time.sleep(60)"
    )
    with arena.quiet(), arena.session(cell, limits=replace(IMPATIENT, call_cpu_s=30)) as session:
        assert ask(session).status is CallStatus.TIMED_OUT


HOARD = {
    "deleted while open": "file = open('file', 'wb'); os.unlink('file'); file.write(bytes(MIB)); file.flush()",
    "allocated and deleted": "file = open('file', 'wb'); os.unlink('file'); os.posix_fallocate(file.fileno(), 0, MIB)",
    "without a name": "file = os.open('.', os.O_TMPFILE | os.O_RDWR); os.write(file, bytes(MIB))",
    "held by a thread with files of its own": "box = []\n"
    "    def hold():\n        ctypes.CDLL(None, use_errno=True).syscall(436, 2000, 2001, 2)\n"
    "        file = open('file', 'wb'); os.unlink('file'); file.write(bytes(MIB)); file.flush(); box.append(file)\n"
    "        threading.Event().wait()\n"
    "    threading.Thread(target=hold, daemon=True).start()\n    while not box: pass\n    file = box",
    "mapped for itself and deleted": "handle = open('file', 'w+b'); handle.write(bytes(MIB)); handle.flush()\n"
    "    file = mmap.mmap(handle.fileno(), MIB, mmap.MAP_PRIVATE, mmap.PROT_READ); handle.close(); os.unlink('file')",
    "mapped and deleted": "handle = open('file', 'w+b'); handle.truncate(MIB)\n"
    "    file = mmap.mmap(handle.fileno(), MIB); file[:] = bytes(MIB); handle.close(); os.unlink('file')",
}
"""Ways to keep a mebibyte where no look into the scratch folder finds it."""


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
@pytest.mark.parametrize("way", HOARD)
def test_no_file_is_kept_that_does_not_count(
    arena: Arena, monkeypatch: pytest.MonkeyPatch, way: str, folder: str
) -> None:
    """At most 60 files of 1 MiB, where 1 MiB may be kept: on a disk, and where files are memory."""
    keep = f"for _ in range(60):\n    {HOARD[way]}\n    kept.append(file)\n"
    cell = f"import ctypes, mmap, os, threading\nMIB, kept = 1 << 20, []\n{keep}"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        monkeypatch.setattr(tempfile, "tempdir", scratch)
        limits = replace(LIMITS, call_cpu_s=5, scratch_mib=1)
        with arena.session(cell + BUSY, limits=limits) as session:
            session.start()
            result = session.cells[1]
        assert os.listdir(scratch) == []
    refused = "Operation not permitted" in result.error or "Operation not supported" in result.error
    assert result.status is CallStatus.DIED or refused


@pytest.mark.slow
def test_numbers_without_end_do_not_fill_the_judges_memory(arena: Arena) -> None:
    before = resident_mib()
    graded = arena.grade(books.book("worthless", "numbers_flood"), limits=replace(LIMITS, submission_cpu_s=60))
    assert graded.report.fault is None
    assert resident_mib() - before < 400


def resident_mib() -> float:
    """Return the memory that this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
