"""Read from a git repository when a file was last committed, in a process of its own: ``python -I -m`` this module.

The repository is a stranger's. Its objects are read with dulwich and nothing else of it is: no configuration, no hooks,
no attributes, no alternates, no other repository. The process may not write, start programs or open a network, has
little memory and little time, and answers one line: a time in UTC, or ``-`` for a file that was never committed.

Standard input is JSON: ``repository``, the folder that holds ``.git``, and ``name``, the path of the file in it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CPU_S = 10
MEMORY_BYTES = 512 << 20
MAX_COMMITS = 20_000
MAX_OBJECT_BYTES = 8 << 20
MAX_REFS_BYTES = 4 << 20
MAX_LINKS = 5
"""How many names of branches may lead to one another."""
_ID = re.compile(rb"[0-9a-f]{40}")
_REF = re.compile(rb"ref: (refs/[\w./-]+)")
_CODE = (".py", ".pyc", ".so")
_FORBIDDEN = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "socket.", "pty.")


class NoTimeError(Exception):
    """The repository is not what it should be."""


def main() -> None:
    """Answer the question on standard input."""
    _take_little()
    question = json.load(sys.stdin)
    repository = Path(question["repository"])
    import dulwich.object_store  # noqa: F401  # while files may still be opened freely

    _read_only_below(repository)
    time = last_commit(repository / ".git", os.fsencode(question["name"]))
    sys.stdout.write("-\n" if time is None else f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}\n")


def _take_little() -> None:
    """Limit what this process may use: a packed object can be a bomb, a history endless."""
    for limit, value in {
        resource.RLIMIT_CPU: CPU_S,
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 4096,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 128,
    }.items():
        resource.setrlimit(limit, (value, value))


def _read_only_below(repository: Path) -> None:
    """Let this process open nothing but regular files of the repository, to read them, and Python's own code."""
    inside = os.path.join(os.path.realpath(repository), "")

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise NoTimeError(event)
        if event == "open" and not isinstance(arguments[0], int):
            path = os.path.realpath(arguments[0])
            mine = path.endswith(_CODE) and any(path.startswith(os.path.join(root, "")) for root in sys.path)
            reads = not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not reads or not (mine or (path.startswith(inside) and _is_regular(path))):
                raise NoTimeError("a file that is none of the repository")

    sys.addaudithook(watch)


def _is_regular(path: str) -> bool:
    """Return whether a file can be opened without waiting; one that is missing cannot make anybody wait either."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True


def last_commit(git: Path, name: bytes) -> int | None:
    """Return the time, in seconds, of the last commit that changed a file; None if the newest commit has no such file.

    At a merge it follows the parent that has the same file, as ``git log`` does.

    Raises:
        NoTimeError: The history is too long, or is none.
        KeyError, ValueError: An object is missing or damaged; dulwich has more errors of its own.
    """
    store = _store(git / "objects")
    cut = _shallow(git)
    commit = _commit(store, _head(git))
    file = _entry(store, commit, name)
    if file is None:
        return None
    for _ in range(MAX_COMMITS):
        parents = [] if commit.id in cut else [_commit(store, parent) for parent in commit.parents]
        same = next((parent for parent in parents if _entry(store, parent, name) == file), None)
        if same is None:
            return int(commit.commit_time)
        commit = same
    raise NoTimeError("too many commits")


def _store(objects: Path) -> Any:  # noqa: ANN401  # dulwich is imported late
    from dulwich.object_store import DiskObjectStore

    class Objects(DiskObjectStore):
        """The objects of one repository: whatever it names as a place of more is not looked at."""

        @property
        def alternates(self) -> list[Any]:
            """Return no other store."""
            return []

    return Objects(str(objects), loose_object_size_limit=MAX_OBJECT_BYTES)


def _commit(store: Any, name: bytes) -> Any:  # noqa: ANN401  # as _store
    found = store[name]
    if found.type_name != b"commit":
        raise NoTimeError("no commit where one should be")
    return found


def _entry(store: Any, commit: Any, name: bytes) -> tuple[int, bytes] | None:  # noqa: ANN401  # as _store
    """Return mode and digest of a file in a commit; None if it is not there."""
    mode, digest = stat.S_IFDIR, commit.tree
    for part in name.split(b"/"):
        tree = store[digest] if stat.S_ISDIR(mode) else None
        if tree is None or tree.type_name != b"tree" or part not in tree:
            return None
        mode, digest = tree[part]
    return mode, digest


def _head(git: Path) -> bytes:
    """Return the id of the newest commit of the branch that is checked out."""
    text = _text(git / "HEAD")
    for _ in range(MAX_LINKS):
        if _ID.fullmatch(text):
            return text
        found = _REF.fullmatch(text)
        if found is None or b".." in found[1]:
            break
        text = _ref(git, found[1])
    raise NoTimeError("HEAD leads to no commit")


def _ref(git: Path, name: bytes) -> bytes:
    try:
        return _text(git / os.fsdecode(name))
    except FileNotFoundError:
        return next((digest for digest, other in _packed_refs(git) if other == name), b"")


def _packed_refs(git: Path) -> Iterator[tuple[bytes, bytes]]:
    for line in _text(git / "packed-refs").splitlines():
        digest, _, name = line.partition(b" ")
        if _ID.fullmatch(digest):
            yield digest, name


def _shallow(git: Path) -> frozenset[bytes]:
    """Return the commits whose parents were not fetched."""
    try:
        return frozenset(_text(git / "shallow").split())
    except FileNotFoundError:
        return frozenset()


def _text(path: Path) -> bytes:
    """Return a small file without the white space around it."""
    with path.open("rb") as file:
        data = file.read(MAX_REFS_BYTES + 1)
    if len(data) > MAX_REFS_BYTES:
        raise NoTimeError("a file is far too long")
    return data.strip()


if __name__ == "__main__":
    main()
