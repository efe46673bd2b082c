# F02, F03, F09, F15. Writes wherever the grader, other submissions or a CI system might find it.
# %% include tell
# %%
import os
import site
import sys
import tempfile
from pathlib import Path

import torch

folders = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/root", "/", "@root@", "@root@/submitted/neighbour"]
folders += [*site.getsitepackages(), os.path.dirname(torch.__file__), os.path.dirname(os.__file__)]
folders += [os.path.expanduser("~root"), "..", "@root@/generated/graded/inverse/neighbour"]
files = ["@course@", "@exam@", "@results@", "@neighbour@", torch.__file__, os.__file__, sys.executable]
attempts = {folder: lambda folder=folder: open(f"{folder}/@mark@", "w").write("x") for folder in folders}
attempts |= {f"append {path}": lambda path=path: open(path, "ab").write(b"x") for path in files}
attempts |= {f"remove {path}": lambda path=path: os.unlink(path) or "removed" for path in files[:4]}
attempts |= {f"mode {path}": lambda path=path: os.chmod(path, 0o777) or "changed" for path in files}
attempts |= {f"time {path}": lambda path=path: os.utime(path) or "changed" for path in files}
attempts |= {f"empty {path}": lambda path=path: os.truncate(path, 0) or "emptied" for path in files[:4]}
for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "BASH_ENV"):
    attempts[name] = lambda name=name: Path(os.environ[name]).open("a").write("status=success")
attempts |= {
    "home": lambda: (Path.home() / "@mark@").write_text("x") if Path.home() != Path.cwd() else 1 / 0,
    "temporary": lambda: tempfile.mkdtemp(dir="/tmp", prefix="@mark@"),
    "rename": lambda: (Path("mine").write_text("x") and os.rename("mine", "../@mark@")) or "moved",
    "fifo": lambda: os.mkfifo("fifo") or "made",
    "device": lambda: os.mknod("device") or "made",
}
what_works(attempts)
# %% include zeros
