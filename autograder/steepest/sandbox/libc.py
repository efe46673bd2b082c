"""System calls that Python has no function for; nothing is called when this module is imported."""

from __future__ import annotations

import ctypes
import os
from functools import cache

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


def system_call(number: int, *arguments: int | bytes) -> int:
    """Return what the kernel's call ``number`` returns; bytes are passed as a pointer to them.

    Raises:
        OSError: The kernel refused, with its errno.
    """
    return _checked(_libc().syscall(ctypes.c_long(number), *map(_word, arguments)))


def prctl(option: int, *arguments: int) -> int:
    """Return what prctl(2) returns; arguments that are left out are zero, as the kernel wants them.

    Raises:
        OSError: The kernel refused, with its errno.
    """
    words = [*arguments, 0, 0, 0, 0][:4]
    return _checked(_libc().prctl(ctypes.c_int(option), *map(_word, words)))


def capset(header: bytes, data: bytes) -> None:
    """Set the capabilities of this thread; see capset(2).

    Raises:
        OSError: The kernel refused, with its errno.
    """
    _checked(_libc().capset(ctypes.c_char_p(header), ctypes.c_char_p(data)))


@cache
def _libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def _word(value: int | bytes) -> ctypes.c_char_p | ctypes.c_ulong:
    return ctypes.c_char_p(value) if isinstance(value, bytes) else ctypes.c_ulong(value)


def _checked(result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
