"""A real PostgreSQL server for a few tests: its own folder, its own socket, no port, gone when they end."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PLACES = "/usr/lib/postgresql/*/bin"


@dataclass
class Server:
    """A running server; ``socket`` is the folder of its socket, ``user`` its superuser."""

    socket: Path
    user: str
    programs: Path
    made: list[str] = field(default_factory=list)

    def new_database(self) -> str:
        """Return the address of a new, empty database, as course.yml takes it."""
        name = f"course{len(self.made)}"
        self.made.append(name)
        _run(self.programs / "createdb", "-h", str(self.socket), "-U", self.user, name)
        return f"postgresql://{self.user}@/{name}?host={self.socket}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Lend a server; skip the test, and say why, where PostgreSQL's programs are not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed here (Debian: apt-get install postgresql)")
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o755)
        user = account.pw_name if account is not None else getpass.getuser()
        _run(programs / "initdb", "-D", str(folder / "data"), "-A", "trust", "--no-sync", "-U", user, account=account)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        control = ["-D", str(folder / "data"), "-w"]
        _run(programs / "pg_ctl", *control, "-o", options, "-l", str(folder / "log"), "start", account=account)
        try:
            yield Server(folder, user, programs)
        finally:
            _run(programs / "pg_ctl", *control, "-m", "immediate", "stop", account=account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = sorted(Path("/").glob(PLACES.removeprefix("/")))
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def _account() -> pwd.struct_passwd | None:
    """Return the account to run the server as: root may not."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no account postgres or nobody here")


def _run(program: Path, *arguments: str, account: pwd.struct_passwd | None = None) -> None:
    options = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    done = subprocess.run(  # type: ignore[call-overload]  # the account's ids, or nothing
        [str(program), *arguments], capture_output=True, text=True, cwd="/", timeout=60, stdin=-3, **options
    )
    assert done.returncode == 0, f"{program.name}: {done.stdout}{done.stderr}"
