"""Archives that unpack to more than a machine has: refused by name, at no cost, and nobody else's work is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from steepest import handed_in as module
from steepest.collect import MAX_STUDENT_BYTES
from steepest.errors import NotebookError
from steepest.handed_in import Handed, handed_in
from steepest.notebook import MAX_NOTEBOOK_BYTES

from .test_repositories import COURSE

pytestmark = pytest.mark.hostile

PEAK_MIB = 150
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(done.stdout, done.stderr, sep="\\n")
print("PEAK", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Ran:
    """How a collection ended: its exit code, what it printed on one line, and how much memory it took at most."""

    code: int
    said: str
    peak_mib: float


def collect(root: Path, source: Path) -> Ran:
    """Run the command in a course with three students."""
    (root / "course.yml").write_text(COURSE)
    rows = ["id,first_name,last_name,email", "noether,Emmy,Noether,", "euler,Leonhard,Euler,", "gauss,Carl,Gauss,"]
    (root / "roster.csv").write_text("\n".join(rows))
    command = [sys.executable, "-I", "-m", "steepest", "collect", "inverse", str(source)]
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "400"}
    words = [sys.executable, "-I", "-c", MEASURED, *command]
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True, timeout=200)
    said, _, peak = done.stdout.rpartition("PEAK ")
    return Ran(done.returncode, " ".join(said.split()), int(peak) / 1024)


def archive(path: Path, entries: Iterator[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
        for name, data in entries:
            made.writestr(name, data)
        for student in ("noetheremmy", "gausscarl"):
            made.writestr(f"{student}_1_10_inverse.ipynb", b"{}")
    return path


def submitted(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "generated" / "submitted").iterdir())


def zeros() -> Iterator[tuple[str, bytes]]:
    """Yield 40 notebooks of 20 MB of zeros: 20 KB each when packed."""
    yield from ((f"eulerleonhard_1_{place}_inverse-{place}.ipynb", bytes(20_000_000)) for place in range(40))


@pytest.mark.slow
def test_a_zip_of_bombs_is_refused_by_name_and_takes_no_memory(tmp_path: Path) -> None:
    ran = collect(tmp_path, archive(tmp_path / "class.zip", zeros()))
    assert ran.code == 3
    assert ran.peak_mib < PEAK_MIB
    assert submitted(tmp_path) == ["gauss", "noether"]
    assert ran.said.count("as a zip bomb and no notebook does. Try: clear the outputs") == 40
    assert "eulerleonhard_1_7_inverse-7.ipynb: euler: the file has 20000000 bytes that were packed into" in ran.said


def repetitive() -> Iterator[tuple[str, bytes]]:
    """Yield 40 notebooks of 20 MB that are packed as well as an honest one might be."""
    lines = random.Random(0)
    for place in range(40):
        line = lines.randbytes(500).hex().encode()
        yield f"eulerleonhard_1_{place}_scratch{place}.ipynb", line * 19_900
    yield "eulerleonhard_1_90_inverse.ipynb", b"{}"


@pytest.mark.slow
def test_of_one_student_no_more_is_read_than_the_cap_and_what_is_likely_to_count_comes_first(tmp_path: Path) -> None:
    ran = collect(tmp_path, archive(tmp_path / "class.zip", repetitive()))
    assert ran.code == 0, ran.said
    assert ran.peak_mib < PEAK_MIB
    assert submitted(tmp_path) == ["euler", "gauss", "noether"]
    assert "more than 200 MiB of notebooks were handed in, and this one was not read" in ran.said
    assert MAX_STUDENT_BYTES == 200 << 20


@pytest.mark.slow
def test_a_folder_of_large_files_takes_no_memory(tmp_path: Path) -> None:
    folder = tmp_path / "all" / "euler"
    folder.mkdir(parents=True)
    for place in range(40):
        with (folder / f"{place}.ipynb").open("wb") as file:
            file.truncate(MAX_NOTEBOOK_BYTES)
            file.write(b"%d" % place)
    (tmp_path / "all" / "gauss.ipynb").write_bytes(b"{}")
    ran = collect(tmp_path, tmp_path / "all")
    assert ran.code == 3
    assert ran.peak_mib < PEAK_MIB
    assert submitted(tmp_path) == ["gauss"]


def only(path: Path, name: str = "euler.ipynb") -> Handed:
    return next(item for item in handed_in(path) if item.path.name == name)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_whose_memory_the_file_chooses_is_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w", method) as made:
        made.writestr("euler.ipynb", b"{}")
    with pytest.raises(NotebookError, match="packed in an uncommon way"):
        only(tmp_path / "z.zip").read()


@pytest.mark.parametrize("claimed", [1, 10_000_000])
def test_a_size_that_is_a_lie_is_found_out(tmp_path: Path, claimed: int) -> None:
    path = archive(tmp_path / "z.zip", iter([("euler.ipynb", b"0123456789" * 1000)]))
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = claimed.to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(NotebookError, match=r"cannot be unpacked|zip bomb"):
        only(path).read()


def test_bytes_that_are_damaged_are_refused_and_the_next_file_is_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "z.zip", iter([("euler.ipynb", os.urandom(1000))]))
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(bytes(data))
    with pytest.raises(NotebookError, match="cannot be unpacked"):
        only(path).read()
    assert only(path, "gausscarl_1_10_inverse.ipynb").read() == b"{}"


def test_of_one_archive_no_more_is_unpacked_than_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ARCHIVE_BYTES", 1500)
    path = archive(tmp_path / "z.zip", ((f"{name}.ipynb", bytes(1000)) for name in ("a", "b")))
    first, second, *rest = handed_in(path)
    assert first.read() == bytes(1000)
    with pytest.raises(NotebookError, match=r"Try: give the rest as another zip file"):
        second.read()
    assert [item.read() for item in rest] == [b"{}", b"{}"]
