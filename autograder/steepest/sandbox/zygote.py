"""The zygote: a trusted, one-threaded process that imports everything once and forks a locked worker per submission.

Started as ``python -P -s -m steepest.sandbox.zygote FD`` with a cleared environment. It never touches a student's
byte or a secret. It obeys JSON messages on the socket FD: ``fork`` (with two pipe ends) and ``reap``; when the
socket closes it kills every worker and leaves.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
MESSAGE_BYTES = 64 * 1024

_readable: list[Path] = []
"""What every worker may read, looked up once."""

_live: set[int] = set()
"""The pids of the workers that have not been reaped."""


def main() -> None:
    """Import everything, say ready, then fork and reap on request."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    become_subreaper()
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": os.getpid(), "threads": threads(), "cuda": cuda_touched()}).encode())
    obey(control)


def warm_up() -> None:
    """Import what submissions use, and take the first optimiser step, which is slow (torch._dynamo) exactly once."""
    import torch

    torch.set_num_threads(1)
    parameter = torch.nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    torch.optim.SGD([parameter]).step()
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 2 s of grammar that plotly pulls in unused
    for name in ("numpy", "pandas", "plotly.express", "plotly.graph_objects", "matplotlib.pyplot"):
        try:
            __import__(name)
        except ImportError:
            continue
    from steepest.sandbox import worker  # noqa: F401  # imported now, used by every child
    from steepest.sandbox.limits import readable_paths
    from steepest.sandbox.shell import make_shell

    _readable.extend(readable_paths())
    make_shell()


def threads() -> int:
    """Return the number of threads of this process: a fork is only safe from one."""
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1


def cuda_touched() -> bool:
    """Return whether this process has begun to use CUDA: then no fork of it could use a card.

    torch tells of its own contexts; the device of unified memory is opened by whoever initialises the driver.
    """
    import torch

    return torch.cuda.is_initialized() or any(name.startswith("/dev/nvidia-uvm") for name in open_files())


def open_files() -> list[str]:
    """Return the names of all files that this process has open."""
    names = []
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the folder's own descriptor is closed again by now
            names.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return names


def become_subreaper() -> None:
    """Adopt orphans, so that whatever a worker might leave behind can be found and killed."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def obey(control: socket.socket) -> None:
    """Serve the judge until it closes the socket."""
    while True:
        data, fds, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
        if not data:
            _live.clear()
            kill_strangers()
            os._exit(0)
        control.send(json.dumps(reply_to(json.loads(data), fds, control)).encode())


def reply_to(request: Mapping[str, Any], fds: list[int], control: socket.socket) -> Mapping[str, Any]:
    """Return the reply to one request of the judge."""
    match request["verb"]:
        case "fork":
            pid = fork(request, fds, control)
            for fd in fds:
                os.close(fd)
            return {"pid": pid}
        case "reap":
            return reap(int(request["pid"]))
        case _:
            return {"pids": children()}


def fork(request: Mapping[str, Any], fds: list[int], control: socket.socket) -> int:
    """Return the pid of a new worker; in the child this does not return."""
    if threads() != 1:
        os._exit(70)
    pid = os.fork()
    if pid:
        _live.add(pid)
        return pid
    status = 1
    try:
        control.close()
        child(request, *fds)
        status = 0
    finally:
        os._exit(status)


def child(request: Mapping[str, Any], requests: int, answers: int) -> None:
    """Lock this process, then serve one submission."""
    from IPython.core.async_helpers import get_asyncio_loop

    from steepest.model import Limits
    from steepest.sandbox import limits as walls
    from steepest.sandbox.shell import CappedText, make_shell, stub_module
    from steepest.sandbox.wire import REQUEST_ID_BYTES, Frame, Kind
    from steepest.sandbox.worker import Worker, forget_the_kit, use_card

    signal.signal(signal.SIGINT, signal.default_int_handler)
    bounds = Limits(**request["limits"])
    scratch = Path(request["scratch"])
    os.chdir(scratch)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR", "XDG_CACHE_HOME"):
        os.environ[name] = str(scratch)
    shell = make_shell()
    shell.printed = CappedText(bounds.output_kib * 1024)
    forget_the_kit([name for name in sys.modules if name.split(".")[0] == "steepest"], stub_module())
    requests, answers = low_numbers(requests, answers)
    error = ""
    try:
        chosen = [wall for wall in walls.Wall if wall.name in request["walls"]]
        get_asyncio_loop()  # needs a socket pair, which no worker may make later; cells with ``await`` use it
        card = [Path(node) for node in request.get("card", ())]
        walls.lock(bounds, scratch, _readable, chosen, card)
        if card:
            use_card(bounds.memory_mib, int(request["card_memory_mib"]))
    except Exception as problem:  # the judge must hear of any wall that could not be built
        error = f"{type(problem).__name__}: {problem}"
    os.write(answers, Frame(Kind.READY, bytes(REQUEST_ID_BYTES), error).encode())
    if not error:
        Worker(shell, requests, answers).serve()


def low_numbers(requests: int, answers: int) -> tuple[int, int]:
    """Move the two pipe ends to descriptors 3 and 4, make 0, 1 and 2 the null device, and close all others.

    The zygote's own descriptor 2 is a file, in which one submission could leave a message for the next.
    """
    spare = os.dup(requests), os.dup(answers)
    while min(spare) < 5:
        spare = os.dup(spare[0]), os.dup(spare[1])
    os.dup2(spare[0], 3)
    os.dup2(spare[1], 4)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(5, 4096)
    return 3, 4


def reap(pid: int) -> dict[str, float]:
    """Kill a worker and everything it may have left behind; return how it ended and what it used."""
    _live.discard(pid)
    try:
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return {"status": -1, "cpu_s": 0.0, "memory_mib": 0.0}
    kill_strangers()
    return {"status": status, "cpu_s": usage.ru_utime + usage.ru_stime, "memory_mib": usage.ru_maxrss / 1024}


def kill_strangers() -> None:
    """Kill and reap every child that is not a live worker: orphans of dead workers, adopted as a subreaper."""
    for _ in range(64):
        strangers = [pid for pid in children() if pid not in _live]
        if not strangers:
            return
        for pid in strangers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def children() -> list[int]:
    """Return the pids of this process' children, adopted ones included."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            # As bytes: the name in it is the process' to choose, and need not be text.
            fields = Path(f"/proc/{entry}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.append(int(entry))
    return found


if __name__ == "__main__":
    main()
