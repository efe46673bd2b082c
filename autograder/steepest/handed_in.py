"""What was handed in, wherever it lies: notebooks in folders and zip files, read with caps and never unpacked."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from steepest.errors import NotebookError, SteepestError
from steepest.notebook import MAX_NOTEBOOK_BYTES, read_submission

MAX_FILES = 100_000
MAX_DEPTH = 12
SKIPPED = (".ipynb_checkpoints", "__MACOSX", ".git", "__pycache__", ".venv", "node_modules")
_SAYS_UTF8 = 0x800
_PACKED = (".zip", ".tar", ".gz", ".7z", ".rar")


class CollectError(SteepestError):
    """A source of submissions cannot be read at all."""


@dataclass(frozen=True)
class Handed:
    """A notebook that was handed in. ``path`` is where it stood in its source, ``time`` when it was last changed."""

    path: PurePosixPath
    data: bytes | NotebookError
    time: datetime | None = None


def handed_in(source: Path) -> Iterator[Handed]:
    """Yield the notebooks in a folder, a zip file or a single file, sorted by name; links are reported, not followed.

    Other files are reported too: for a student without a notebook they tell what was handed in instead.

    Raises:
        CollectError: There is no such source, or it is a damaged zip file.
    """
    if source.is_dir():
        yield from _in_folder(source)
    elif source.suffix.lower() == ".zip":
        yield from _in_zip(source)
    elif source.is_file():
        yield Handed(PurePosixPath(source.name), _read(source), _changed(source))
    else:
        raise CollectError(f"{source}: there is no such file or folder. Try: the zip file as the platform gave it")


def _in_folder(root: Path) -> Iterator[Handed]:
    count = 0
    for folder, folders, names in os.walk(root):
        place = Path(folder)
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        if len(place.relative_to(root).parts) >= MAX_DEPTH:
            folders.clear()
        for name in sorted(names):
            count += 1
            if count > MAX_FILES:
                raise CollectError(f"{root}: more than {MAX_FILES} files. Try: the folder of one assignment")
            path = place / name
            relative = PurePosixPath(root.name, *path.relative_to(root).parts)
            if _is_notebook(name):
                yield Handed(relative, _read(path), _committed(place, name) or _changed(path))
            elif not name.startswith("."):
                yield Handed(relative, _other_refusal(name))


def _in_zip(source: Path) -> Iterator[Handed]:
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES:
                raise CollectError(f"{source}: more than {MAX_FILES} files. Try: the zip file of one assignment")
            for entry in sorted(entries, key=_name):
                path = PurePosixPath(_name(entry))
                if entry.is_dir() or any(part in SKIPPED for part in path.parts) or path.name.startswith("._"):
                    continue
                if _is_notebook(path.name):
                    yield Handed(path, _unzipped(archive, entry), _packed_time(entry))
                else:
                    yield Handed(path, _other_refusal(path.name))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise CollectError(f"{source}: not a zip file that can be read ({error}). Try: download it again") from error


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; many programs write UTF-8 without saying so, and it is read as an old code page then."""
    if not entry.flag_bits & _SAYS_UTF8:
        with suppress(UnicodeError):
            return entry.filename.encode("cp437").decode("utf-8")
    return entry.filename


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | NotebookError:
    """Return the bytes of an entry, of which no more is unpacked than a notebook may have."""
    try:
        with archive.open(entry) as file:
            data = file.read(MAX_NOTEBOOK_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, NotImplementedError) as error:
        return NotebookError(f"the file cannot be unpacked ({type(error).__name__})", "hand in the .ipynb file itself")
    if len(data) > MAX_NOTEBOOK_BYTES:
        way_out = "clear the outputs (Edit > Clear Outputs of All Cells), save, and hand it in again"
        return NotebookError(f"the file has more than the {MAX_NOTEBOOK_BYTES} bytes allowed", way_out)
    return data


def _read(path: Path) -> bytes | NotebookError:
    try:
        return read_submission(path)
    except NotebookError as error:
        return error


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb") and not name.startswith("._")


def _is_packed(name: str) -> bool:
    return name.lower().endswith(_PACKED)


def _other_refusal(name: str) -> NotebookError:
    if _is_packed(name):
        return NotebookError("a packed file was handed in", "unpack it and hand in the .ipynb file itself")
    return NotebookError(f"no notebook ({Path(name).suffix or 'a file without ending'})", "hand in the .ipynb file")


def _changed(path: Path) -> datetime | None:
    with suppress(OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    return None


def _packed_time(entry: zipfile.ZipInfo) -> datetime | None:
    """Return an entry's time; a zip file keeps local time and no zone, so it is taken as this machine's."""
    with suppress(ValueError, OverflowError, OSError):
        return datetime(*entry.date_time).astimezone(UTC)
    return None


def _committed(folder: Path, name: str) -> datetime | None:
    """Return when a file of a git repository was last committed; None where there is no repository or no commit.

    What a repository's own configuration could start is switched off: it may be a student's.
    """
    if not any((place / ".git").is_dir() for place in (folder, folder.parent)):
        return None
    harmless = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false", "safe.directory=*"]
    options = [word for setting in harmless for word in ("-c", setting)]
    command = ["git", *options, "-C", str(folder), "--no-pager", "log", "-1", "--format=%cI", "--", name]
    with suppress(OSError, subprocess.TimeoutExpired, ValueError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        return datetime.fromisoformat(done.stdout.strip()).astimezone(UTC)
    return None
