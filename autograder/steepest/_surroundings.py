"""Where a process is started tells it nothing: no module, no setting and no stored data of the current folder.

The current folder may be a student's. Python imports from it (``python -m``, ``python -c``, and so every process that
``multiprocessing`` starts), and Hypothesis reads stored tables below it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SAFE_PATH = "PYTHONSAFEPATH"
_STORAGE = "HYPOTHESIS_STORAGE_DIRECTORY"


def leave_current_folder() -> None:
    """Let this process, and those that it starts, import and read nothing more of the folder that it was started in.

    Called before anything is imported. What ``python -m`` has read until then is beyond reach; ``python -P -m`` and the
    ``steepest`` command read nothing of it at all.
    """
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    os.environ[SAFE_PATH] = "1"
    os.environ[_STORAGE] = os.devnull  # below it no folder can be: Hypothesis goes on without


@contextmanager
def safe_path() -> Iterator[None]:
    """Let processes that are started meanwhile import nothing from the current folder."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
