"""Git repositories as students may hand them in: honest ones, and ones that run something or hold a reader up."""

from __future__ import annotations

import os
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

NAME = "inverse.ipynb"
TIME = "2027-01-31T10:00:00+0100"
STAMP = "2027-01-31 09:00:00.000000 UTC"


def git(folder: Path, *words: str, time: str = TIME, given: bytes | None = None) -> str:
    """Run git as a student does, on the student's machine."""
    identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    environment = {**identity, **own, "GIT_COMMITTER_DATE": time, "GIT_AUTHOR_DATE": "2001-01-01T00:00:00+0000"}
    command = ["git", "-c", "init.defaultBranch=main", "-C", str(folder), *words]
    done = subprocess.run(command, check=True, env=environment, capture_output=True, input=given)
    return done.stdout.decode().strip()


def commit(folder: Path, name: str, data: bytes, time: str = TIME) -> None:
    """Commit one file."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    git(folder, "add", "--force", name)
    git(folder, "commit", "-q", "-m", "done", time=time)


def honest(folder: Path) -> Path:
    """Make a repository with a notebook, and a later commit of another file."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    commit(folder, NAME, b"committed")
    commit(folder, "notes.txt", b"later", "2027-02-02T10:00:00+0000")
    return folder


def script(folder: Path, marks: Path) -> str:
    """Write a program that leaves a marker, and return its path."""
    path = folder / "x.sh"
    path.write_text(f"#!/bin/sh\ntouch '{marks}/ran'\nexit 1\n")
    path.chmod(0o755)
    return str(path)


def with_programs(folder: Path, marks: Path) -> None:
    """Let configuration, hooks and attributes name a program wherever git knows how to start one."""
    honest(folder)
    program = script(folder, marks)
    settings = {
        name: program
        for name in (
            *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"),
            *("alias.log", "alias.ls-files", "gpg.program", "gpg.ssh.program", "diff.external", "pager.log"),
            *("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "merge.x.driver"),
            *("credential.helper", "uploadpack.packObjectsHook", "sequence.editor", "interactive.diffFilter"),
        )
    }
    settings |= {"log.showSignature": "true", "core.hooksPath": str(folder / "hooks"), "filter.x.required": "true"}
    for name, value in settings.items():
        git(folder, "config", name, value)
    (folder / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    for hooks in (folder / "hooks", folder / ".git" / "hooks"):
        hooks.mkdir(exist_ok=True)
        for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
            (hooks / name).write_text(Path(program).read_text())
            (hooks / name).chmod(0o755)


def with_included_settings(folder: Path, marks: Path) -> None:
    """Name another file of settings, and a work tree elsewhere."""
    with_programs(folder, marks)
    (folder / ".git" / "config").rename(folder / "settings")
    text = f"[core]\nrepositoryformatversion = 0\nworktree = /\n[include]\npath = {folder / 'settings'}\n"
    (folder / ".git" / "config").write_text(text)


def with_promisor(folder: Path, marks: Path) -> None:
    """Let a commit be missing, and a remote promise to send it: by starting a program."""
    with_programs(folder, marks)
    _promise(folder / ".git", script(folder, marks))


def bare_in_disguise(folder: Path, marks: Path) -> None:
    """Be a bare repository itself, beside a ``.git`` that is none."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare")
    (folder / NAME).write_bytes(b"committed")
    _promise(folder, script(folder, marks))
    (folder / ".git").mkdir()


def _promise(git_folder: Path, program: str) -> None:
    text = (
        "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n"
        f'[remote "origin"]\nurl = {git_folder}\npromisor = true\nuploadpack = /bin/sh {program}\n'
    )
    (git_folder / "config").write_text(text)
    (git_folder / "refs" / "heads").mkdir(parents=True, exist_ok=True)
    (git_folder / "refs" / "heads" / "main").write_text("1" * 40 + "\n")
    (git_folder / "HEAD").write_text("ref: refs/heads/main\n")


def _head_object(folder: Path) -> Path:
    digest = git(folder, "rev-parse", "HEAD")
    return folder / ".git" / "objects" / digest[:2] / digest[2:]


def _pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def head_is_a_pipe(folder: Path) -> None:
    """Let whoever opens HEAD wait for ever."""
    _pipe(honest(folder) / ".git" / "HEAD")


def object_is_a_pipe(folder: Path) -> None:
    """Let whoever opens the newest commit wait for ever."""
    _pipe(_head_object(honest(folder)))


def index_of_a_pack_is_a_pipe(folder: Path) -> None:
    """Let whoever opens the packed objects wait for ever."""
    git(honest(folder), "gc", "-q")
    (index,) = (folder / ".git" / "objects" / "pack").glob("*.idx")
    _pipe(index)


def head_leads_in_a_circle(folder: Path) -> None:
    """Let a branch be named by itself."""
    (honest(folder) / ".git" / "refs" / "heads" / "main").write_text("ref: refs/heads/main\n")


def head_leads_out(folder: Path) -> None:
    """Let HEAD name a file outside of the repository."""
    other = honest(folder.parent.parent / "other")
    (folder.parent.parent / "digest").write_text(git(other, "rev-parse", "HEAD"))
    (honest(folder) / ".git" / "HEAD").write_text("ref: refs/../../../../digest\n")


def head_is_huge(folder: Path) -> None:
    """Let HEAD be a file of 40 GB that takes no room."""
    with (honest(folder) / ".git" / "HEAD").open("wb") as file:
        file.truncate(40 << 30)


def bomb(folder: Path) -> None:
    """Let the newest commit unpack to 256 MiB."""
    path = _head_object(honest(folder))
    packer = zlib.compressobj(1)
    parts = [packer.compress(b"commit 268435456\0"), *(packer.compress(bytes(1 << 24)) for _ in range(16))]
    path.unlink()
    path.write_bytes(b"".join([*parts, packer.flush()]))


def elsewhere_by_link(folder: Path) -> None:
    """Let ``.git`` be a link to somebody else's."""
    other = honest(folder.parent.parent / "other")
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(b"committed")
    (folder / ".git").symlink_to(other / ".git")


def elsewhere_by_file(folder: Path) -> None:
    """Let ``.git`` be a file that names somebody else's."""
    elsewhere_by_link(folder)
    target = (folder / ".git").readlink()
    (folder / ".git").unlink()
    (folder / ".git").write_text(f"gitdir: {target}\n")


def objects_elsewhere(folder: Path) -> None:
    """Let another repository hold all objects."""
    other = honest(folder.parent.parent / "other")
    git(honest(folder), "gc", "-q")
    for path in (folder / ".git" / "objects" / "pack").iterdir():
        path.unlink()
    (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{other / '.git' / 'objects'}\n")


def objects_are_a_link(folder: Path) -> None:
    """Let the folder of objects be somebody else's."""
    objects_elsewhere(folder)
    (folder / ".git" / "objects").rename(folder / "away")
    (folder / ".git" / "objects").symlink_to(folder.parent.parent / "other" / ".git" / "objects")


def endless(folder: Path) -> None:
    """Let 30,000 commits stand behind the newest one, none of which changes the notebook."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / NAME).write_bytes(b"committed")
    first = f"M 100644 inline {NAME}\ndata 9\ncommitted\n"
    head = "commit refs/heads/main\ncommitter x <x> {} +0000\ndata 0\n"
    commits = [head.format(10**9) + first, *(head.format(10**9 + place) for place in range(30_000))]
    git(folder, "fast-import", "--quiet", given="\n".join(commits).encode())


def no_time_at_all(folder: Path) -> None:
    """Let a commit be made in the year 10^18."""
    tree = git(honest(folder), "rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\nauthor x <x> 1 +0000\ncommitter x <x> {10**24} +0000\n\ndone\n"
    made = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=text.encode())
    (folder / ".git" / "refs" / "heads" / "main").write_text(f"{made}\n")


STARTS: dict[str, Callable[[Path, Path], None]] = {
    "programs": with_programs,
    "included settings": with_included_settings,
    "promisor": with_promisor,
    "bare in disguise": bare_in_disguise,
}
"""Repositories that have git run a program, the marker's folder given."""

HINDERS: dict[str, Callable[[Path], None]] = {
    make.__name__.replace("_", " "): make
    for make in (
        *(head_is_a_pipe, object_is_a_pipe, index_of_a_pack_is_a_pipe, head_leads_in_a_circle, head_leads_out),
        *(head_is_huge, bomb, elsewhere_by_link, elsewhere_by_file, objects_elsewhere, objects_are_a_link),
        *(endless, no_time_at_all),
    )
}
"""Repositories that tell no time, however long one looks."""
