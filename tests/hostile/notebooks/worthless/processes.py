# F06, F07, V21. Starts 60 processes by every way there is, to outlive the grading.
# %% include tell
# %%
import multiprocessing
import os
import subprocess
import sys
import time


def fork():
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    return "forked"


def vfork():
    import ctypes

    return ctypes.CDLL(None).syscall(58) and tell("vfork")


attempts = {f"fork {number}": fork for number in range(60)}
attempts |= {
    "subprocess": lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]),
    "shell": lambda: subprocess.check_output("sleep 60 & echo started", shell=True),
    "spawn": lambda: os.posix_spawn("/bin/sleep", ["sleep", "60"], {}),
    "system": lambda: tell("system") if os.system("sleep 60 &") == 0 else 1 / 0,
    "exec": lambda: os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)"]),
    "multiprocessing": lambda: multiprocessing.Process(target=time.sleep, args=(60,)).start(),
    "forkpty": lambda: os.forkpty(),
}
what_works(attempts)
# %% include zeros
