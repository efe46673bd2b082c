"""Forgetting a secret that came in the environment: gone from `os.environ`, and from what /proc shows of it."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path


def forget(name: str) -> None:
    """Remove a variable from the environment, and from the copy of it that /proc shows of this process."""
    value = os.environ.pop(name, None)
    if value:
        with suppress(OSError, ValueError, IndexError):
            _overwrite(f"{name}=".encode(), len(os.fsencode(value)))


def _overwrite(key: bytes, length: int) -> None:
    """Overwrite a value in the block of memory that this process was given its environment in."""
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    start, end = int(fields[47]), int(fields[48])
    block = ctypes.string_at(start, end - start)
    place = 0 if block.startswith(key) else block.find(b"\0" + key) + 1
    if block[place:].startswith(key):
        ctypes.memset(start + place + len(key), ord("*"), length)
