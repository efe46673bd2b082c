"""One arena for all hostile tests, and its two controls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .arena import Arena, Graded, control, open_arena


@pytest.fixture(scope="session")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """Return the arena; its folder may be passed by anyone, so that only the sandbox keeps a submission out."""
    root = tmp_path_factory.mktemp("arena")
    root.chmod(0o755)
    yield from open_arena(root)


@pytest.fixture(scope="session")
def wrong(arena: Arena) -> Graded:
    """Return the report on an honest notebook whose every answer is zero."""
    return arena.grade(control("zeros"))


@pytest.fixture(scope="session")
def right(arena: Arena) -> Graded:
    """Return the report on an honest notebook that is right."""
    return arena.grade(control("right"), student="neighbour")
