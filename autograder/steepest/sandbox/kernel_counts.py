"""What the kernel counts of a worker's process, read from ``/proc`` by the judge: time, waiting, files that it holds.

A process that is gone, or a count that this kernel does not keep, gives nothing; whoever asks says what that means.
"""

from __future__ import annotations

import functools
import os
import stat
from contextlib import suppress
from pathlib import Path

NANO = 1e-9
BLOCK = 512


def cpu_s_of(pid: int) -> float:
    """Return the CPU seconds of a process, with its ended threads and without its children; 0 if it is gone."""
    try:
        fields = _fields(f"/proc/{pid}/stat")
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@functools.cache
def delays_are_counted() -> bool:
    """Return whether this kernel tells how long a thread was ready to run and did not run."""
    try:
        slices = int(Path("/proc/self/schedstat").read_bytes().split()[2])
    except (OSError, ValueError, IndexError):
        return False
    return slices > 0


def run_delays(pid: int) -> dict[str, float]:
    """Return for each thread that lives how many seconds it was ready to run and did not run.

    The file of the process itself tells of its main thread only.
    """
    delays: dict[str, float] = {}
    for thread in _threads(pid):
        with suppress(OSError, ValueError, IndexError):
            delays[thread] = int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_bytes().split()[1]) * NANO
    return delays


def waits_for_a_disk(pid: int) -> bool:
    """Return whether a thread of the process sleeps where nothing can wake it: in a driver, a file system."""
    for thread in _threads(pid):
        with suppress(OSError, IndexError):
            if _fields(f"/proc/{pid}/task/{thread}/stat")[0] == b"D":
                return True
    return False


def stolen_s() -> float:
    """Return how many seconds other machines on the same host have taken from a CPU of this one, the mean of all."""
    try:
        with open("/proc/stat", "rb") as file:
            return int(file.readline().split()[8]) / os.sysconf("SC_CLK_TCK") / (os.cpu_count() or 1)
    except (OSError, ValueError, IndexError):
        return 0.0


def written_bytes(pid: int) -> int:
    """Return what a process has written so far, also to files that were deleted."""
    try:
        lines = Path(f"/proc/{pid}/io").read_bytes().splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) for line in lines if line.startswith((b"wchar:", b"write_bytes:"))), default=0)


def nameless_bytes(pid: int, folder: Path, mapped: int) -> int:
    """Return how much a process holds in files without a name: no look at its folder would find them.

    Each thread is asked, since one can have open files of its own. A deleted file of ``folder`` that is mapped counts
    ``mapped`` bytes, whatever part of it the mapping shows.
    """
    sizes: dict[tuple[int, int], int] = {}
    for thread in _threads(pid):
        with suppress(OSError):
            for descriptor in os.listdir(place := f"/proc/{pid}/task/{thread}/fd"):
                with suppress(OSError):
                    status = os.stat(f"{place}/{descriptor}")
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                        sizes[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
    return sum(sizes.values()) + mapped * len(_deleted_and_mapped(pid, folder))


def _deleted_and_mapped(pid: int, folder: Path) -> set[bytes]:
    """Return device and inode of each deleted file of a folder that a process has mapped."""
    inside = os.fsencode(folder) + b"/"
    with suppress(OSError), open(f"/proc/{pid}/maps", "rb") as file:
        return {
            b" ".join(line.split(maxsplit=5)[3:5]) for line in file if line.endswith(b" (deleted)\n") and inside in line
        }
    return set()


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def _fields(path: str) -> list[bytes]:
    """Return the fields behind the name of a process, as bytes: the name is its own to choose, and need not be text."""
    return Path(path).read_bytes().rpartition(b")")[2].split()
