"""A submission's scratch folder seen by the judge: is it too full, and how to be rid of it.

A submission may leave folders nested thousands deep, which `os.walk` and `shutil.rmtree` of Python 3.11 answer with
RecursionError, paths longer than the kernel takes, and millions of empty files. Nothing here recurses, follows a
link, or builds a path of more than two names below the folder to remove it.

This file is also a program, which removes the folder that it is given: it needs nothing but the standard library.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

LEAST_BYTES = 4096
"""What an entry counts at least, so that empty files and folders are not free."""

LOOKS = 3
"""How often a folder is looked through that changes meanwhile."""

WAIT_S = 0.5
"""How long a grading waits for a folder to be removed."""

_removers: list[subprocess.Popen[bytes]] = []
"""The processes that remove folders, until they have been seen to end."""


def holds_more_than(folder: Path, bound: int) -> bool:
    """Return whether more than ``bound`` bytes lie below ``folder``; what cannot be looked at counts as too much.

    The submission may be running meanwhile. A folder that vanishes may have been moved to where it has been looked
    already, so the look is taken again; where one vanishes every time, that is no accident.
    """
    for _ in range(LOOKS):
        with suppress(_Vanished):
            return _holds_more_than(folder, bound)
    return folder.exists()


class _Vanished(Exception):
    """A folder was no longer where it had been seen."""


def _holds_more_than(folder: Path, bound: int) -> bool:
    total, folders = 0, [os.fspath(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    total += max(LEAST_BYTES, _size_of(entry))
                    if total > bound:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            raise _Vanished from None
        except OSError:  # no right to list it, or a path too long: nobody needs that
            return True
    return False


def _size_of(entry: os.DirEntry[str]) -> int:
    with suppress(FileNotFoundError):
        return entry.stat(follow_symlinks=False).st_blocks * 512
    return 0


def remove(folder: Path) -> None:
    """Remove ``folder`` with all that is in it, once no submission runs in it any more.

    Raises:
        OSError: Something in it belongs to another user.
    """
    for _ in _removal(folder):
        pass


def discard(folder: Path) -> None:
    """Remove ``folder``, or leave it to a process that nobody waits for if that takes longer than `WAIT_S`.

    Some file systems take milliseconds for each of the thousands of folders that a submission may have left.
    """
    deadline = time.monotonic() + WAIT_S
    with suppress(OSError):
        for _ in _removal(folder):
            if time.monotonic() > deadline:
                _leave_to_another(folder)
                return


def _leave_to_another(folder: Path) -> None:
    _removers[:] = [process for process in _removers if process.poll() is None]
    nothing = subprocess.DEVNULL
    command = [sys.executable, "-I", "-S", __file__, os.fspath(folder)]
    _removers.append(
        subprocess.Popen(
            command, cwd="/", env={}, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
    )


def _removal(folder: Path) -> Iterator[None]:
    """Remove ``folder`` step by step."""
    names = map(str, count())
    while found := list(os.scandir(folder)):
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from _empty(entry.path, folder, names)
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)
            yield
    folder.rmdir()


def _empty(inner: str, folder: Path, names: Iterator[str]) -> Iterator[None]:
    """Move what lies in ``inner`` up into ``folder``, one level less deep."""
    os.chmod(inner, 0o700)
    for entry in list(os.scandir(inner)):
        if entry.is_dir(follow_symlinks=False):
            os.chmod(entry.path, 0o700)
            os.rename(entry.path, _free(folder, names))
        else:
            os.unlink(entry.path)
        yield


def _free(folder: Path, names: Iterator[str]) -> Path:
    return next(path for name in names if not os.path.lexists(path := folder / name))


if __name__ == "__main__":
    remove(Path(sys.argv[1]))
