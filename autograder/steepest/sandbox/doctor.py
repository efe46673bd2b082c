"""The sandbox's self-test: attacks it from inside a real worker, and says which walls held."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from steepest.answers import CallStatus
from steepest.model import Limits
from steepest.sandbox.cells import CellResult
from steepest.sandbox.client import Worker, Zygote
from steepest.sandbox.limits import Wall

BROKE_OUT = "BROKE OUT"
SHOUT = "print('BROKE', 'OUT')"
"""What an attack does when it succeeds; split in two, so that a traceback that quotes it does not count."""

FLOOD_CHARACTERS = 20_000_000


@dataclass(frozen=True)
class Probe:
    """One attack: what was tried, whether the wall held, and what the attacker met."""

    name: str
    held: bool
    met: str


def self_test(zygote: Zygote, walls: Sequence[Wall]) -> Iterator[Probe]:
    """Yield the outcome of every attack that a worker behind ``walls`` makes."""
    limits = Limits(call_cpu_s=10, memory_mib=1024)
    with _worker(zygote, limits, walls) as worker, _bait() as bait:
        yield _attack(worker, "read a foreign file", f"open({str(bait)!r}).read(); {SHOUT}")
        yield _attack(worker, "write a foreign file", f"open({str(bait)!r}, 'a').write('x'); {SHOUT}")
        yield _attack(worker, "read the environment of the grader", _read(f"/proc/{os.getpid()}/environ"))
        yield _network(worker)
        yield _attack(worker, "open a unix socket", f"import socket; socket.socket(socket.AF_UNIX); {SHOUT}")
        yield _sibling(zygote, worker, limits, walls)
        yield _attack(worker, "signal the grader", f"import os; os.kill({os.getpid()}, 0); {SHOUT}")
        yield _attack(worker, "use more memory than the limit", f"x = bytearray({2 << 30}); {SHOUT}")
        yield _attack(worker, "start a process", f"import os\nif os.fork() == 0: os._exit(0)\n{SHOUT}")
        yield _attack(worker, "run a program", f"import subprocess; subprocess.run(['true']); {SHOUT}")
        yield _flood(worker, limits)
    yield _hang(zygote, replace(limits, call_cpu_s=1), walls)
    yield _survivor(zygote, limits, walls)


@contextmanager
def _worker(zygote: Zygote, limits: Limits, walls: Sequence[Wall]) -> Iterator[Worker]:
    worker = zygote.fork(limits, walls)
    try:
        yield worker
    finally:
        worker.close()


@contextmanager
def _bait() -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", prefix="steepest-bait-", suffix=".txt") as file:
        os.chmod(file.name, 0o666)
        file.write("bait")
        file.flush()
        yield Path(file.name)


def _attack(worker: Worker, name: str, source: str) -> Probe:
    return _probe(name, worker.run_cell(source), lambda result: BROKE_OUT not in result.printed)


def _probe(name: str, result: CellResult, held: Callable[[CellResult], bool]) -> Probe:
    met = result.error.partition(" (at ")[0] or result.status.value
    return Probe(name, held(result), met.splitlines()[0] if met else "")


def _read(path: str) -> str:
    return f"open({path!r}, 'rb').read(64); {SHOUT}"


def _network(worker: Worker) -> Probe:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2); {SHOUT}"
        return _attack(worker, "connect to a TCP port", source)


def _sibling(zygote: Zygote, worker: Worker, limits: Limits, walls: Sequence[Wall]) -> Probe:
    token = secrets.token_hex(8)
    with _worker(zygote, limits, walls) as other:
        other.run_cell(f"secret = {token!r}")
        return _attack(worker, "read the memory of another submission", _read(f"/proc/{other.pid}/mem"))


def _flood(worker: Worker, limits: Limits) -> Probe:
    result = worker.run_cell(f"print('x' * {FLOOD_CHARACTERS})")
    kept = len(result.printed)
    return Probe(
        "flood the output", kept < 2048 * limits.output_kib, f"{kept} of {FLOOD_CHARACTERS} characters were kept"
    )


def _hang(zygote: Zygote, limits: Limits, walls: Sequence[Wall]) -> Probe:
    ignore = (
        "import signal\nfor s in (signal.SIGINT, signal.SIGTERM, signal.SIGXCPU): signal.signal(s, signal.SIG_IGN)\n"
    )
    with _worker(zygote, limits, walls) as worker:
        result = worker.run_cell(ignore + "while True: pass")
        return _probe("hang, and ignore signals", result, lambda result: result.status is CallStatus.TIMED_OUT)


def _survivor(zygote: Zygote, limits: Limits, walls: Sequence[Wall]) -> Probe:
    worker = zygote.fork(limits, walls)
    scratch = worker.scratch
    worker.run_cell("import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)")
    worker.close()
    left = zygote.worker_processes()
    held = not left and not scratch.exists()
    return Probe(
        "outlive the grading", held, f"processes left: {len(left)}, scratch folder removed: {not scratch.exists()}"
    )
