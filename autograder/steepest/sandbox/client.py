"""The judge's side of the pipe: starts a zygote, forks workers, asks them, and believes nothing of what comes back."""

from __future__ import annotations

import json
import os
import secrets
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from steepest.answers import SLEPT, Answer, Arguments, CallStatus
from steepest.errors import GraderFault, SandboxUnavailableError
from steepest.model import Limits
from steepest.sandbox.budget import Budget
from steepest.sandbox.cells import CellResult, cell_result
from steepest.sandbox.gpu import CPU, Device
from steepest.sandbox.kernel_counts import cpu_s_of, nameless_bytes, written_bytes
from steepest.sandbox.limits import Wall
from steepest.sandbox.scratch import discard, holds_more_than
from steepest.sandbox.wire import (
    HEADER,
    REQUEST_ID_BYTES,
    Frame,
    Header,
    Kind,
    WireError,
    encode_arguments,
    read_answer,
    read_parameters,
)
from steepest.text import clean

START_S = 120
TICK_S = 0.25
"""How long the judge waits before it looks again at what a worker uses up."""

WRITTEN_RATIO = 16
"""A worker may write this many times its scratch space in all: a deleted file that is open fills a disk unseen."""
COMPUTED = "it computed longer than it may"
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PLOTLY_RENDERER": "plotly_mimetype",
}


@dataclass(frozen=True)
class Usage:
    """What a worker used up: CPU seconds and peak memory in MiB, as the kernel counted them."""

    cpu_s: float
    memory_mib: float


class Zygote:
    """A running zygote; forks one worker at a time or several, and dies with its owner.

    ``workers_cpu_s`` and ``workers_wall_s`` sum up what its workers computed and kept the judge waiting.
    """

    def __init__(self, device: Device = CPU) -> None:
        self.workers_cpu_s = 0.0
        self.workers_wall_s = 0.0
        self._device = device
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "steepest"
        with theirs:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "steepest.sandbox.zygote", str(theirs.fileno())],
                env=ENVIRONMENT | device.environment | {"MPLCONFIGDIR": str(cache), "IPYTHONDIR": str(cache)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Return whether the zygote still runs."""
        return self._process.poll() is None

    def fork(self, limits: Limits, walls: Sequence[Wall], budget: Budget | None = None) -> Worker:
        """Return a new locked worker, which draws on the ``budget`` of its submission; on one of its own if None.

        Raises:
            GraderFault: The zygote is gone.
            SandboxUnavailableError: A wall could not be built.
        """
        self.wait_until_ready()
        budget = budget or Budget(limits)
        limits = replace(limits, submission_cpu_s=budget.cpu_left_s)
        scratch = Path(tempfile.mkdtemp(prefix="steepest-"))
        their_requests, requests = os.pipe()
        answers, their_answers = os.pipe()
        message = {
            "verb": "fork",
            "limits": asdict(limits),
            "scratch": str(scratch),
            "walls": [wall.name for wall in walls],
            "card": list(self._device.nodes),
            "card_memory_mib": self._device.memory_mib,
        }
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], [their_requests, their_answers])
            pid = int(self._receive()["pid"])
        except (GraderFault, OSError) as error:
            discard(scratch)
            os.close(requests)
            os.close(answers)
            raise GraderFault(f"no worker could be forked ({error})") from None
        finally:
            os.close(their_requests)
            os.close(their_answers)
        worker = Worker(self, pid, requests, answers, scratch, budget)
        worker.wait_until_locked()
        return worker

    def reap(self, pid: int) -> Usage:
        """Kill worker ``pid`` with all it left behind, and return what it used."""
        self._control.send(json.dumps({"verb": "reap", "pid": pid}).encode())
        reply = self._receive()
        self.workers_cpu_s += float(reply["cpu_s"])
        return Usage(float(reply["cpu_s"]), float(reply["memory_mib"]))

    @property
    def pid(self) -> int:
        """Return the pid of the zygote's process."""
        return self._process.pid

    def worker_processes(self) -> tuple[int, ...]:
        """Return the pids of all processes that this zygote forked or adopted and that still exist."""
        self._control.send(json.dumps({"verb": "list"}).encode())
        return tuple(int(pid) for pid in self._receive()["pids"])

    def close(self) -> None:
        """End the zygote and every worker of it."""
        self._control.close()
        if not self._ready:  # it is still importing, and would only then look at its socket
            self._process.kill()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def cpu_s(self) -> float:
        """Return the CPU seconds of the zygote's own process: importing, and forking."""
        return cpu_s_of(self.pid)

    def wait_until_ready(self) -> None:
        """Return once everything is imported.

        Raises:
            GraderFault: It cannot fork safely, or it is gone.
        """
        if self._ready:
            return
        self._control.settimeout(START_S)
        hello = self._receive()
        if hello["threads"] != 1:
            raise GraderFault(f"the zygote has {int(hello['threads'])} threads; forking is only safe from one")
        if hello["cuda"]:
            raise GraderFault("the zygote has touched CUDA, and no fork of it could use a card")
        self._ready = True

    def _receive(self) -> dict[str, Any]:
        try:
            data = self._control.recv(64 * 1024)
        except OSError as error:
            raise GraderFault(f"the zygote does not answer ({error})") from None
        if not data:
            self._process.wait()
            self._errors.seek(0)
            last = self._errors.read()[-2000:].decode(errors="replace").strip().splitlines()[-1:]
            raise GraderFault(f"the zygote ended unexpectedly: {''.join(last) or 'no message'}")
        reply: dict[str, Any] = json.loads(data)
        return reply


class Worker:
    """One locked process that holds one submission; every request has at most one answer, within its limits."""

    def __init__(self, zygote: Zygote, pid: int, requests: int, answers: int, scratch: Path, budget: Budget) -> None:
        self._zygote = zygote
        self.pid = pid
        self._requests = requests
        self._answers = answers
        self.scratch = scratch
        self._limits = budget.limits
        self._budget = budget
        self._meter = budget.meter(pid)
        self._surplus = bytearray()
        self._since = 0.0
        self.poisoned = ""
        for fd in (requests, answers):
            os.set_blocking(fd, False)

    @property
    def waited_s(self) -> float:
        """Return how long the judge has waited for answers."""
        return self._meter.waited_s

    def wait_until_locked(self) -> None:
        """Return once the worker says that every wall stands."""
        deadline = time.monotonic() + START_S

        def check() -> None:
            if time.monotonic() > deadline:
                raise _Late("it did not start")

        try:
            frame = self._receive(bytes(REQUEST_ID_BYTES), check)
        except (WireError, _Ended, _Late) as error:
            self.close()
            raise GraderFault(f"a new worker did not come up ({type(error).__name__} {error})") from None
        if frame.text:
            self.close()
            raise SandboxUnavailableError(f"a wall could not be built: {clean(frame.text, 500)}")

    def run_cell(self, source: str) -> CellResult:
        """Return how a cell of the notebook ended."""
        frame, status, why = self._ask(Kind.RUN_CELL, "", source.encode("utf-8", errors="replace"))
        if frame is None:
            return CellResult(status, error=why)
        try:
            return cell_result(frame.payload)
        except WireError as error:
            self.poisoned = str(error)
            return CellResult(CallStatus.VIOLATION, error=str(error))

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the parameter names that the worker reports; None when there is no such function, or no answer."""
        frame, _, _ = self._ask(Kind.PARAMETERS, function, b"")
        return None if frame is None else read_parameters(frame.kind, frame.text)

    def call(self, function: str, arguments: Arguments, attempt: int = 0) -> Answer:
        """Return the answer to ``function(**arguments)``; ``attempt`` changes the seed that the worker starts from."""
        payload = attempt.to_bytes(8, "big") + encode_arguments(arguments)
        frame, status, why = self._ask(Kind.CALL, function, payload)
        if frame is None:
            return Answer(status, error=why)
        try:
            return read_answer(frame.kind, frame.text, frame.payload)
        except WireError as error:
            self.poisoned = str(error)
            return Answer(CallStatus.VIOLATION, error=self.poisoned)

    def close(self) -> Usage:
        """Kill the worker and all it left behind, remove its scratch folder, and return what it used."""
        self._meter.look()
        usage = self._zygote.reap(self.pid)
        self._meter.cpu_s = max(self._meter.cpu_s, usage.cpu_s)
        self._zygote.workers_wall_s += self._meter.waited_s
        for fd in (self._requests, self._answers):
            os.close(fd)
        discard(self.scratch)
        return usage

    def _ask(self, kind: Kind, text: str, payload: bytes) -> tuple[Frame | None, CallStatus, str]:
        """Return the one answer to one request, or None with the status and reason of its absence."""
        if self.poisoned:
            return None, CallStatus.VIOLATION, self.poisoned
        request = Frame(kind, secrets.token_bytes(REQUEST_ID_BYTES), text, payload)
        check = self._bounds_of_a_call()
        try:
            self._refuse_unasked()
            self._send(request.encode(), check)
            return self._receive(request.request_id, check), CallStatus.RETURNED, ""
        except WireError as error:
            self.poisoned = str(error)
            return None, CallStatus.VIOLATION, str(error)
        except _Late as late:
            return None, CallStatus.TIMED_OUT, str(late)
        except _Ended as ended:
            return None, CallStatus.DIED, str(ended)
        finally:
            self._count_wait()

    def _bounds_of_a_call(self) -> Callable[[], None]:
        """Return what looks, from time to time, whether the call that begins now is still within its limits.

        No clock on the wall has a say: on a busy machine an honest answer takes as long as it takes.
        """
        self._since = time.monotonic()
        cpu_limit = cpu_s_of(self.pid) + self._limits.call_cpu_s
        idle_limit = self._meter.idle_s + self._limits.call_idle_s

        def check() -> None:
            self._count_wait()
            if self._meter.unseen_s < TICK_S:
                return
            self._meter.look()
            if self._meter.cpu_s > cpu_limit or self._budget.cpu_s > self._limits.submission_cpu_s:
                raise _Late(COMPUTED)
            if self._meter.idle_s > idle_limit or self._budget.is_spent:
                raise _Late(SLEPT)
            self._budget.require_service()
            self._look_at_files()

        return check

    def _count_wait(self) -> None:
        """Note how long the judge waited; what is beyond its own patience is time in which it did not run itself."""
        now = time.monotonic()
        self._meter.wait(min(now - self._since, 2 * TICK_S))
        self._since = now

    def _look_at_files(self) -> None:
        bound = self._limits.scratch_mib << 20
        left = bound - nameless_bytes(self.pid, self.scratch, bound)
        if left < 0 or holds_more_than(self.scratch, left) or written_bytes(self.pid) > WRITTEN_RATIO * bound:
            raise _Ended("it wrote more files than its scratch space holds")

    def _refuse_unasked(self) -> None:
        if not self._surplus and self._readable(0):
            self._surplus += os.read(self._answers, 1)
            if not self._surplus:
                raise _Ended("the process ended itself or was ended by a limit")
        if self._surplus:
            raise WireError("bytes that nobody asked for")

    def _send(self, data: bytes, check: Callable[[], None]) -> None:
        view = memoryview(data)
        while view:
            _, writable, _ = select.select([], [self._requests], [], TICK_S)
            if writable:
                try:
                    view = view[os.write(self._requests, view[:65536]) :]
                except BrokenPipeError:
                    raise _Ended("it was gone before it was asked") from None
            check()

    def _receive(self, request_id: bytes, check: Callable[[], None]) -> Frame:
        header = Header.decode(self._read(HEADER.size, check))
        if header.request_id != request_id or header.kind < Kind.READY:
            raise WireError("a frame that answers no question of ours")
        return header.frame(self._read(header.body_bytes, check))

    def _read(self, size: int, check: Callable[[], None]) -> bytes:
        """Return exactly ``size`` bytes; the limits hold for the whole frame, however slowly it trickles."""
        while len(self._surplus) < size:
            if self._readable(TICK_S):
                part = os.read(self._answers, 1 << 16)
                if not part:
                    raise _Ended("the process ended itself or was ended by a limit")
                self._surplus += part
            check()
        data = bytes(self._surplus[:size])
        del self._surplus[:size]
        return data

    def _readable(self, timeout: float) -> bool:
        return bool(select.select([self._answers], [], [], timeout)[0])


class _Late(Exception):
    """A request has used up what it may."""


class _Ended(Exception):
    """The worker's process is gone."""
