"""The scratch folder of a submission that means harm is measured and removed all the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from steepest.sandbox import scratch
from steepest.sandbox.scratch import LEAST_BYTES, discard, holds_more_than, remove


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def nest(folder: Path, depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make folders inside folders, ``depth`` of them, with the longest names."""
    with monkeypatch.context() as patch:
        patch.chdir(folder)
        for _ in range(depth):
            os.mkdir("f" * 255)
            os.chdir("f" * 255)
        Path("bottom").write_text("")


@pytest.mark.parametrize(("size", "more"), [(8192, False), (16384, True)])
def test_large_file_is_noticed(folder: Path, size: int, more: bool) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_bytes(bytes(size))
    assert holds_more_than(folder, 12288) is more


def test_many_empty_files_are_noticed(folder: Path) -> None:
    for index in range(11):
        (folder / str(index)).touch()
    assert holds_more_than(folder, 10 * LEAST_BYTES)
    assert not holds_more_than(folder, 11 * LEAST_BYTES)


def test_link_counts_as_a_link(folder: Path) -> None:
    (folder / "link").symlink_to("/usr")
    assert not holds_more_than(folder, LEAST_BYTES)


def test_vanished_folder_holds_nothing(folder: Path) -> None:
    assert not holds_more_than(folder / "gone", 0)


@pytest.mark.parametrize(("vanishes", "more"), [(0, False), (1, False), (2, False), (3, True)])
def test_a_folder_that_is_always_elsewhere_holds_too_much(
    folder: Path, monkeypatch: pytest.MonkeyPatch, vanishes: int, more: bool
) -> None:
    (folder / "inner").mkdir()
    scandir, left = os.scandir, [None] * vanishes

    def moving(path: str) -> object:
        if path.endswith("inner") and left:
            left.pop()
            raise FileNotFoundError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", moving)
    assert holds_more_than(folder, 2 * LEAST_BYTES) is more


def test_paths_longer_than_the_kernel_takes_hold_too_much(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nest(folder, 30, monkeypatch)
    assert holds_more_than(folder, 1 << 30)
    remove(folder)
    assert not folder.exists()


@pytest.mark.slow
def test_folders_nested_deeper_than_python_recurses_are_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nest(folder, sys.getrecursionlimit() + 100, monkeypatch)
    remove(folder)
    assert not folder.exists()


def test_removal_leaves_what_links_point_to(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (folder / "inner").mkdir()
    (folder / "inner" / "0").mkdir()
    (folder / "inner" / "link").symlink_to(tmp_path / "kept")
    (folder / "0").symlink_to(tmp_path / "kept" / "file")
    remove(folder)
    assert (tmp_path / "kept" / "file").exists()
    assert not folder.exists()


def test_folders_that_may_not_be_listed_are_removed(folder: Path) -> None:
    (folder / "inner" / "deeper").mkdir(parents=True)
    (folder / "inner" / "deeper").chmod(0)
    (folder / "inner").chmod(0o300)
    remove(folder)
    assert not folder.exists()


def test_a_folder_that_is_slow_to_remove_is_left_to_a_process_that_nobody_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "slow"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "file").write_text("x")
    monkeypatch.setattr(scratch, "WAIT_S", -1.0)
    discard(folder)
    (process,) = scratch._removers
    assert process.wait() == 0
    assert not folder.exists()
