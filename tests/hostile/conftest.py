"""One arena for all hostile tests, and its two controls."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from steepest.sandbox.limits import Wall, standing_walls

from .arena import Arena, Graded, control, open_arena


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    """Return the arena; anyone on this machine may read its folder, so that the sandbox alone keeps submissions out."""
    if Wall.SECCOMP not in standing_walls():
        pytest.skip("no submission can be confined on this machine")
    root = Path(tempfile.mkdtemp(prefix="steepest-arena-", dir="/tmp"))
    root.chmod(0o755)
    try:
        yield from open_arena(root)
    finally:
        shutil.rmtree(root)


@pytest.fixture(scope="session")
def wrong(arena: Arena) -> Graded:
    """Return the report on an honest notebook whose every answer is zero."""
    return arena.grade(control("zeros"))


@pytest.fixture(scope="session")
def right(arena: Arena) -> Graded:
    """Return the report on an honest notebook that is right."""
    return arena.grade(control("right"), student="neighbour")
