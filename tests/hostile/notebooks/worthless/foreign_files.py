# F01. Reads the exam, the course, the reference, a neighbour, results, and the grader's own source.
# %% include tell
# %%
import glob
import os
import shutil
import sqlite3

paths = ["@exam@", "@beside@", "@course@", "@reference@", "@neighbour@", "@results@", "/etc/passwd", "/root/.bashrc"]
paths += [f"{place}/steepest/exam.py" for place in __import__("sys").path]
attempts = {path: lambda path=path: open(path, "rb").read() for path in paths}
attempts |= {f"list {path}": lambda path=path: os.listdir(os.path.dirname(path)) for path in paths}
attempts |= {
    "copy": lambda: shutil.copy("@exam@", "copy"),
    "link": lambda: os.link("@exam@", "link") or "linked",
    "symbolic link": lambda: os.symlink("@exam@", "link") or open("link").read(),
    "database": lambda: sqlite3.connect("@course@").execute("select 1").fetchall() and open("@course@").read(),
    "glob": lambda: glob.glob("@root@/*/*")[0],
    "path": lambda: os.read(os.open("@course@", os.O_PATH), 100),
    "load": lambda: get_ipython().find_user_code("@course@"),
}
what_works(attempts)
# %% include zeros
