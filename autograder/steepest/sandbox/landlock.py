"""Landlock: the kernel's own refusal of files, TCP ports, abstract sockets and signals, needing no privilege.

What is not handled here, because Landlock does not know it (stat, chmod, utime, locks, inotify), is refused by the
system call filter of `steepest.sandbox.seccomp`.

Source: Linux, Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from enum import IntFlag
from pathlib import Path

from steepest.sandbox.libc import system_call

FILES_ABI = 3
"""The first version that sees truncation; before it a file that may only be read can be emptied."""
NETWORK_ABI = 4
SCOPES_ABI = 6

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_RULE_PATH_BENEATH = 1
_LOG_SAME_EXEC_OFF, _LOG_ABI = 1, 7


class FileRight(IntFlag):
    """What may be done with a file, or with the contents of a folder."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


READ = FileRight.READ_FILE | FileRight.READ_DIR
USE = FileRight.READ_FILE | FileRight.WRITE_FILE | FileRight.TRUNCATE
# No links, since whoever cleans up or looks into the folder could be led astray by them; no FIFOs and sockets.
KEEP_FILES = (
    USE
    | FileRight.READ_DIR
    | FileRight.MAKE_REG
    | FileRight.MAKE_DIR
    | FileRight.REMOVE_FILE
    | FileRight.REMOVE_DIR
    | FileRight.REFER
)
_OF_ONE_FILE = USE | FileRight.EXECUTE | FileRight.IOCTL_DEV
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


def abi() -> int:
    """Return the version of Landlock that this kernel offers, 0 for none."""
    try:
        return system_call(_CREATE_RULESET, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


def handled_rights(version: int) -> FileRight:
    """Return every file right that this version of Landlock can refuse; all are refused unless a rule grants them."""
    every = FileRight(0)
    for right in FileRight:
        if version >= {FileRight.REFER: 2, FileRight.TRUNCATE: 3, FileRight.IOCTL_DEV: 5}.get(right, 1):
            every |= right
    return every


def attributes(version: int, *, files: bool, network: bool, scopes: bool) -> bytes:
    """Return ``struct landlock_ruleset_attr`` with the length that this version knows."""
    fields = [handled_rights(version) if files else 0]
    if version >= NETWORK_ABI:
        fields.append(_TCP_BIND_AND_CONNECT if network else 0)
    if version >= SCOPES_ABI:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS if scopes else 0)
    return struct.pack(f"={len(fields)}Q", *fields)


def make_ruleset(rules: Mapping[Path, FileRight], *, files: bool, network: bool, scopes: bool) -> int:
    """Return the file descriptor of a ruleset that grants ``rules`` and refuses all else of the kinds asked for.

    Raises:
        OSError: The kernel knows no such ruleset, or a path cannot be opened.
    """
    version = abi()
    wanted = attributes(version, files=files, network=network, scopes=scopes)
    ruleset = system_call(_CREATE_RULESET, wanted, len(wanted), 0)
    if files:
        for path, rights in rules.items():
            _grant(ruleset, path, rights & handled_rights(version))
    return ruleset


def restrict(ruleset: int) -> None:
    """Put this thread under a ruleset for good; it needs no_new_privs, and closes the descriptor.

    Raises:
        OSError: The kernel refused.
    """
    # A notebook that tries paths in a loop would otherwise fill the machine's audit log.
    system_call(_RESTRICT_SELF, ruleset, _LOG_SAME_EXEC_OFF if abi() >= _LOG_ABI else 0)
    os.close(ruleset)


def rules_for(
    readable: Sequence[Path], scratch: Path, devices: Iterable[Path], drivers: Iterable[Path] = ()
) -> dict[Path, FileRight]:
    """Return what a submission is granted: reading libraries, using devices, keeping files in its scratch folder.

    ``drivers`` are devices that are also driven by ioctl, such as those of a card.
    """
    driven = dict.fromkeys(drivers, USE | FileRight.IOCTL_DEV)
    return dict.fromkeys(readable, READ) | dict.fromkeys(devices, USE) | driven | {scratch: KEEP_FILES}


def _grant(ruleset: int, path: Path, rights: FileRight) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not path.is_dir():
            rights &= _OF_ONE_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
