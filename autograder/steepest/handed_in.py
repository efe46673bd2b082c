"""What was handed in, wherever it lies: notebooks in folders and zip files, read one at a time and never unpacked.

Finding reads names alone. A notebook's bytes are read when somebody asks for them, with caps, and kept by nobody here.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from steepest.commit_times import repository_of
from steepest.errors import NotebookError, SteepestError
from steepest.notebook import MAX_NOTEBOOK_BYTES, read_submission

MAX_FILES = 100_000
MAX_DEPTH = 12
MAX_ARCHIVE_BYTES = 8 << 30
"""How much is unpacked of one zip file: 400 notebooks of the largest size, or 8,000 of 1 MiB."""
MAX_RATIO = 900
"""How many times smaller a notebook may have been packed. One byte repeated is packed 1,029 times smaller; a notebook
that printed one line 200,000 times was packed 407 times smaller, one with large matrices of zeros 658 times."""
SMALL_BYTES = 1 << 20
"""Below this size a notebook may be packed as well as it can be."""
SKIPPED = (".ipynb_checkpoints", "__MACOSX", ".git", "__pycache__", ".venv", "node_modules")
_SAYS_UTF8 = 0x800
_PACKED = (".zip", ".tar", ".gz", ".7z", ".rar")
_COMMON = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CLEAR = "clear the outputs (Edit > Clear Outputs of All Cells), save, and hand it in again"
_ITSELF = "hand in the .ipynb file itself"


class CollectError(SteepestError):
    """A source of submissions cannot be read at all."""


@dataclass(frozen=True)
class Handed:
    """A file that was handed in, not yet read.

    ``path`` is where it stood in its source, and ``changed`` when it was last changed, as the source says.
    ``repository`` is the git repository that it lies in, if it does, and ``inside`` its path there.
    """

    path: PurePosixPath
    _read: Callable[[], bytes]
    changed: datetime | None = None
    repository: Path | None = None
    inside: PurePosixPath | None = None

    def read(self) -> bytes:
        """Return the bytes of the notebook, read now.

        Raises:
            NotebookError: It is no notebook, too large, a link, a bomb, or cannot be unpacked.
        """
        return self._read()


def handed_in(source: Path) -> Iterator[Handed]:
    """Yield the files in a folder, a zip file or a single file, sorted by name; reading a link says that it is one.

    Files that are no notebooks are among them: for a student without a notebook they tell what was handed in instead.

    Raises:
        CollectError: There is no such source, or it is a damaged zip file.
    """
    if source.is_dir():
        yield from _in_folder(source)
    elif source.suffix.lower() == ".zip":
        yield from _in_zip(source)
    elif source.is_file():
        yield Handed(PurePosixPath(source.name), partial(read_submission, source), _changed(source))
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
            path = PurePosixPath(root.name, *place.relative_to(root).parts, name)
            if _is_notebook(name):
                yield _in_place(place / name, path, root)
            elif not name.startswith("."):
                yield Handed(path, partial(_refuse, _other_refusal(name)))


def _in_place(file: Path, path: PurePosixPath, root: Path) -> Handed:
    """Return a notebook in a folder, with the git repository that it belongs to."""
    repository = repository_of(file, root)
    inside = None if repository is None else PurePosixPath(*file.relative_to(repository).parts)
    return Handed(path, partial(read_submission, file), _changed(file), repository, inside)


def _in_zip(source: Path) -> Iterator[Handed]:
    try:
        archive = _Archive(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise CollectError(f"{source}: not a zip file that can be read ({error}). Try: download it again") from error
    if len(archive.entries) > MAX_FILES:
        raise CollectError(f"{source}: more than {MAX_FILES} files. Try: the zip file of one assignment")
    for entry in sorted(archive.entries, key=_name):
        path = PurePosixPath(_name(entry))
        if entry.is_dir() or any(part in SKIPPED for part in path.parts) or path.name.startswith("._"):
            continue
        if _is_notebook(path.name):
            yield Handed(path, partial(archive.unpacked, entry), _packed_time(entry))
        else:
            yield Handed(path, partial(_refuse, _other_refusal(path.name)))


class _Archive:
    """A zip file that stays open for as long as something of it may be read, and gives no more than its cap."""

    def __init__(self, source: Path) -> None:
        self._file = zipfile.ZipFile(source)
        self._left = MAX_ARCHIVE_BYTES
        self.entries = self._file.infolist()

    def unpacked(self, entry: zipfile.ZipInfo) -> bytes:
        """Return the bytes of an entry, of which no more is unpacked than a notebook may have.

        Raises:
            NotebookError: It is too large, a bomb, damaged, or the archive's cap is used up.
        """
        _check_entry(entry)
        if self._left < entry.file_size:
            reason = f"the zip file holds more than the {MAX_ARCHIVE_BYTES >> 30} GiB of notebooks that are unpacked"
            raise NotebookError(reason, "give the rest as another zip file")
        try:
            with self._file.open(entry) as file:
                data = file.read(MAX_NOTEBOOK_BYTES + 1)
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise NotebookError(f"the file cannot be unpacked ({type(error).__name__})", _ITSELF) from error
        except zlib.error as error:
            raise NotebookError("the file cannot be unpacked (it is damaged)", _ITSELF) from error
        self._left -= len(data)
        return data


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """Raise NotebookError for an entry that is not worth unpacking: by what the archive itself says of it."""
    size, packed = entry.file_size, max(entry.compress_size, 1)
    if size > MAX_NOTEBOOK_BYTES:
        raise NotebookError(f"the file has {size} bytes, and {MAX_NOTEBOOK_BYTES} are allowed", _CLEAR)
    if size > SMALL_BYTES and size > MAX_RATIO * packed:
        reason = f"the file has {size} bytes that were packed into {packed}, as a zip bomb and no notebook does"
        raise NotebookError(reason, _CLEAR)
    if entry.compress_type not in _COMMON:
        raise NotebookError("the file is packed in an uncommon way", _ITSELF)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; many programs write UTF-8 without saying so, and it is read as an old code page then."""
    if not entry.flag_bits & _SAYS_UTF8:
        with suppress(UnicodeError):
            return entry.filename.encode("cp437").decode("utf-8")
    return entry.filename


def _refuse(refusal: NotebookError) -> bytes:
    raise refusal


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb") and not name.startswith("._")


def _is_packed(name: str) -> bool:
    return name.lower().endswith(_PACKED)


def _other_refusal(name: str) -> NotebookError:
    if _is_packed(name):
        return NotebookError("a packed file was handed in", f"unpack it and {_ITSELF}")
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
