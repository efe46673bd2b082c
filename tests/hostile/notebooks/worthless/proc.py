# V19, V20, V21, V23, F12. Reads, traces and signals the judge, the zygote and itself, and what the kernel tells.
# %% include tell
# %%
import ctypes
import os
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)
others = {"judge": @judge@, "zygote": @zygote@, "parent": os.getppid(), "init": 1}


def call(number, *arguments):
    return libc.syscall(number, *arguments) >= 0 or 1 / 0


attempts = {}
for who, pid in others.items():
    for name in ("environ", "cmdline", "maps", "mem", "status", "stat", "fd", "cwd/course.yml", "root/etc/hostname"):
        attempts[f"{who} {name}"] = lambda path=f"/proc/{pid}/{name}": open(path, "rb").read(10_000)
    attempts[f"{who} list"] = lambda pid=pid: os.listdir(f"/proc/{pid}/fd")
    attempts[f"{who} link"] = lambda pid=pid: os.readlink(f"/proc/{pid}/exe")
    attempts[f"{who} signal"] = lambda pid=pid: os.kill(pid, 0) or "signalled"
    attempts[f"{who} stop"] = lambda pid=pid: os.kill(pid, signal.SIGSTOP) or "stopped"
    attempts[f"{who} trace"] = lambda pid=pid: call(101, 0x4206, pid, 0, 0)
    attempts[f"{who} read"] = lambda pid=pid: call(310, pid, 0, 0, 0, 0, 0)
    attempts[f"{who} pidfd"] = lambda pid=pid: call(434, pid, 0)
    attempts[f"{who} priority"] = lambda pid=pid: os.setpriority(os.PRIO_PROCESS, pid, 19) or "slowed"
for path in ("/proc/self/environ", "/proc/self/maps", "/proc/kallsyms", "/proc/net/tcp", "/sys/kernel/notes", "/dev/kmsg"):
    attempts[path] = lambda path=path: open(path, "rb").read(100)
attempts |= {
    "processes": lambda: os.listdir("/proc"),
    "group": lambda: os.killpg(0, 0) or "signalled",
    "all": lambda: os.kill(-1, 0) or "signalled",
    "environment": lambda: [value for value in os.environ.values() if "canary" in value][0],
    "arguments": lambda: [word for word in sys.argv + sys.orig_argv if "canary" in word][0],
    "syslog": lambda: call(103, 3, ctypes.create_string_buffer(100), 100),
}
what_works(attempts)
# %% include zeros
