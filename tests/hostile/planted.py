"""A student's folder full of files that programs read or run when they are started in it, each leaving a marker."""

from __future__ import annotations

import sys
from pathlib import Path

MODULES = (
    *("steepest", "sitecustomize", "usercustomize", "conftest", "torch", "numpy", "IPython", "click", "hypothesis"),
    *("struct", "multiprocessing", "json", "types", "encodings", "runpy", "site", "pip", "git", "nbgrader", "dulwich"),
    *("jupyter_config", "nbgrader_config", "ipython_config", "setup", "noxfile", "test_inverse"),
)
"""What Python, pytest, pip, Jupyter and the kit would import, if they looked here."""


def plant(folder: Path, marks: Path) -> None:
    """Write the files; whichever is run makes a file of its own name in ``marks``."""
    marks.mkdir(parents=True, exist_ok=True)
    for name in MODULES:
        (folder / f"{name}.py").write_text(_code(marks / name))
    for name in ("steepest", "multiprocessing", "dulwich"):
        package = folder / name
        package.mkdir()
        for module in ("__init__", "__main__", "spawn", "cli"):
            (package / f"{module}.py").write_text(_code(marks / f"{name}-{module}"))
    _settings(folder, marks)


def _code(mark: Path) -> str:
    return f"open({str(mark)!r}, 'w').close()\n"


def _settings(folder: Path, marks: Path) -> None:
    """Write configuration: it names code, or another home of Python, or tables that are read."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p conftest\n")
    (folder / "pyvenv.cfg").write_text(f"home = {folder}\ninclude-system-site-packages = true\n")
    (folder / "planted.pth").write_text(f"import os; {_code(marks / 'pth')}")
    (folder / "matplotlibrc").write_text("backend : module://conftest\n")
    (folder / "pip.conf").write_text("[global]\nindex-url = file:///nowhere\n")
    (folder / "course.yml").write_text("title: [not: a: course\n")
    table = folder / ".hypothesis" / "unicode_data" / "15.1.0"
    table.mkdir(parents=True)
    (table / "charmap.json.gz").write_bytes(b"not a table")
    site = folder / ".local" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    (site / "usercustomize.py").write_text(_code(marks / "user-site"))
    (site / "planted.pth").write_text(f"import os; {_code(marks / 'user-pth')}")
