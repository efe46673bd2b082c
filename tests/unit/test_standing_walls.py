"""Which walls a machine is said to offer, and what a submission may read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from steepest.sandbox import landlock, limits, privileges
from steepest.sandbox.limits import LANDLOCK_WALLS, Wall, readable_paths, standing_walls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")

STANDING = standing_walls()


def test_readable_paths_hold_the_libraries_and_nothing_private() -> None:
    readable = readable_paths()
    covered = [Path(module.__file__ or "").resolve() for module in (os, pytest)]
    assert all(any(file.is_relative_to(path) for path in readable) for file in covered)
    private = [
        Path(__file__),
        Path(limits.__file__ or ""),
        Path("/etc"),
        Path("/proc/self"),
        Path("/sys"),
        Path("/dev/shm"),
    ]
    if "site-packages" not in str(limits.__file__):  # an editable install: the sources are not a library
        assert not any(path == file or path in file.parents for file in private[:2] for path in readable)
    assert not any(path == file or path in file.parents for file in [*private[2:], Path.home()] for path in readable)
    assert not any(path in other.parents for path in readable for other in readable)


def test_every_wall_has_its_own_name_and_sentence() -> None:
    assert len({wall.value for wall in Wall}) == len({wall.sentence for wall in Wall}) == len(Wall)


def test_probing_changes_nothing() -> None:
    before = Path("/proc/self/status").read_text().split("Seccomp", 1)[1].split("\n")[:3]
    descriptors = os.listdir("/proc/self/fd")
    assert standing_walls() == STANDING
    assert Path("/proc/self/status").read_text().split("Seccomp", 1)[1].split("\n")[:3] == before
    assert os.listdir("/proc/self/fd") == descriptors


def test_machine_without_landlock_offers_the_other_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert standing_walls() == tuple(wall for wall in STANDING if wall not in LANDLOCK_WALLS)


@pytest.mark.parametrize(("abi", "count"), [(2, 0), (3, 1), (4, 2), (5, 2), (6, 3), (9, 3)])
def test_walls_of_landlock_grow_with_its_version(monkeypatch: pytest.MonkeyPatch, abi: int, count: int) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: abi)
    assert [wall for wall in standing_walls() if wall in LANDLOCK_WALLS] == list(LANDLOCK_WALLS[:count])


@pytest.mark.parametrize(
    ("abi", "rights", "size"), [(1, 13, 8), (2, 14, 8), (3, 15, 8), (4, 15, 16), (5, 16, 16), (6, 16, 24)]
)
def test_ruleset_has_the_shape_its_version_knows(abi: int, rights: int, size: int) -> None:
    assert landlock.handled_rights(abi) == 2**rights - 1
    assert len(landlock.attributes(abi, files=True, network=True, scopes=True)) == size


def test_root_whose_libraries_are_private_offers_no_user_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privileges, "may_change_user", lambda: True)
    monkeypatch.setattr(limits, "libraries_are_public", lambda: False)
    assert Wall.OWN_UID not in standing_walls()
    monkeypatch.setattr(limits, "libraries_are_public", lambda: True)
    assert Wall.OWN_UID in standing_walls()


def test_two_children_in_a_row_are_different_users() -> None:
    assert privileges.private_uid(4711) != privileges.private_uid(4712)
    assert {privileges.private_uid(pid) for pid in range(100_000)} == set(range(61184, 65520))
