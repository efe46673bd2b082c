"""What a process is allowed to be: its user, its capabilities, its tie to the parent."""

from __future__ import annotations

import os
import signal
import struct
from contextlib import suppress
from pathlib import Path

from steepest.sandbox import libc

PRIVATE_UIDS = range(61184, 65520)
"""Users that nobody is: the range that systemd keeps for users that exist only while a service runs."""

_CAP_CHOWN, _CAP_SETGID, _CAP_SETUID = 0, 6, 7
_CAPABILITY_VERSION_3 = 0x2008_0522
_CAPABILITIES_AT_MOST = 64


def private_uid(pid: int) -> int:
    """Return the user for a process; two processes that run at the same time share one only by rare accident."""
    return PRIVATE_UIDS[pid % len(PRIVATE_UIDS)]


def may_change_user() -> bool:
    """Return whether this process is root, with the capabilities and the user ids that a private user needs."""
    needed = 1 << _CAP_CHOWN | 1 << _CAP_SETGID | 1 << _CAP_SETUID
    return os.geteuid() == 0 and _effective_capabilities() & needed == needed and _private_uids_exist()


def _effective_capabilities() -> int:
    lines = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace").splitlines()
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)


def _private_uids_exist() -> bool:
    lines = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    maps = ((int(first), int(count)) for first, _, count in map(str.split, lines))
    return any(first <= PRIVATE_UIDS[0] and PRIVATE_UIDS[-1] < first + count for first, count in maps)


def become(uid: int) -> None:
    """Become the user ``uid`` and the group of the same number, for good.

    Raises:
        OSError: The kernel refused.
    """
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def be_counted_as(uid: int) -> None:
    """Stay root for files, yet have threads counted under ``uid``: the kernel sets root no limit of threads.

    The way back is closed by the filter, which knows no call that changes a user.

    Raises:
        OSError: The kernel refused.
    """
    os.setresuid(uid, -1, -1)


def empty_bounding_set() -> None:
    """Forbid every capability to whatever this process may become, as far as it has the say.

    Whoever is not root has no capability and, with no_new_privs, gains none; so EPERM loses nothing.
    """
    with suppress(OSError):  # EINVAL: past the last capability
        for capability in range(_CAPABILITIES_AT_MOST):
            libc.prctl(libc.PR_CAPBSET_DROP, capability)


def drop_capabilities() -> None:
    """Drop every capability that this process has.

    Raises:
        OSError: The kernel refused.
    """
    libc.prctl(libc.PR_CAP_AMBIENT, libc.PR_CAP_AMBIENT_CLEAR_ALL)
    libc.capset(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


def gain_nothing(*, seen_by_its_user: bool) -> None:
    """Give up new privileges by exec, and memory dumps.

    A process of the same user can no longer look inside, unless it is ``seen_by_its_user``. A judge that is not root
    has only that to count what a worker writes; other workers are kept out by Landlock and the filter then.
    """
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(libc.PR_SET_DUMPABLE, int(seen_by_its_user))


def die_with(parent: int) -> None:
    """Be killed when ``parent`` ends. A change of user undoes this, so it comes after.

    Raises:
        ProcessLookupError: The parent has ended already.
    """
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError("the zygote has ended")
