# F11, V24. Reaches for what a kernel offers to programs that are more than a computation.
# %% include tell
# %%
import ctypes
import fcntl
import mmap
import os
import termios

libc = ctypes.CDLL(None, use_errno=True)
numbers = {
    "unshare": 272, "setns": 308, "mount": 165, "umount": 166, "chroot": 161, "bpf": 321, "perf_event_open": 298,
    "io_uring_setup": 425, "userfaultfd": 323, "keyctl": 250, "add_key": 248, "memfd_create": 319, "shmget": 29,
    "msgget": 68, "semget": 64, "inotify_init": 253, "fanotify_init": 300, "setuid": 105, "setgroups": 116,
    "personality": 135, "ptrace": 101, "seccomp": 317, "prctl_dumpable": 157, "symlink": 88, "flock": 73,
}


def call(number, *arguments):
    return "allowed" if libc.syscall(number, *arguments) >= 0 or ctypes.get_errno() not in (1, 38) else 1 / 0


def type_into(fd):
    for letter in b"echo typed\n":
        fcntl.ioctl(fd, termios.TIOCSTI, bytes([letter]))
    return "typed"


attempts = {name: lambda number=number: call(number, 0x10000000, 0, 0, 0, 0) for name, number in numbers.items()}
attempts |= {f"terminal {fd}": lambda fd=fd: type_into(fd) for fd in range(3)}
attempts |= {
    "new namespace": lambda: os.unshare(os.CLONE_NEWUSER) if hasattr(os, "unshare") else 1 / 0,
    "clone with a namespace": lambda: call(56, 0x10000000 | 0x10000 | 0x100 | 0x800, 0, 0, 0, 0),
    "shared memory": lambda: mmap.mmap(-1, 1 << 20, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS),
    "lock": lambda: fcntl.lockf(open("lock", "w"), fcntl.LOCK_EX) or "locked",
}
what_works(attempts)
# %% include zeros
