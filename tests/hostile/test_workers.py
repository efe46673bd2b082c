"""Attacks on one worker that need no whole grading: what it is given, what it keeps, how it is ended."""

from __future__ import annotations

import inspect
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from steepest.answers import Answer, CallStatus
from steepest.sandbox import session as session_module
from steepest.sandbox.client import TICK_S
from steepest.sandbox.session import Session

from . import books
from .arena import BROKE_OUT, IMPATIENT, LIMITS, Arena

pytestmark = pytest.mark.hostile

M = np.array([[2.0, 0.0], [0.0, 4.0]], dtype=np.float32)
LARGE = np.eye(300)
FRAMES = "\n".join(books.cells("parts", "frames"))
BUSY = "import time\nbegin = time.process_time()\nwhile time.process_time() - begin < 0.4: pass\n"
assert TICK_S < 0.4  # so that the judge looks at a busy worker at least once


def ask(session: Session, function: str = "f", matrix: np.ndarray = M) -> Answer:
    return session.call(function, {"0": matrix})


# --------------------------------------------------------------------------------------------- what it is given


def test_worker_has_two_pipes_and_the_null_device_and_nothing_else(arena: Arena) -> None:
    cell = (
        "import os, stat\n"
        "def kind(fd):\n"
        "    try: status = os.fstat(fd)\n"
        "    except OSError: return None\n"
        "    return 'pipe' if stat.S_ISFIFO(status.st_mode) else status.st_rdev\n"
        "print([kind(fd) for fd in range(1000) if kind(fd)], os.stat('/dev/null').st_rdev)"
    )
    with arena.quiet(), arena.session(cell) as session:
        session.start()
        null = os.stat("/dev/null").st_rdev
        assert session.cells[1].printed == f"{[null, null, null, 'pipe', 'pipe']} {null}\n"


def test_environment_of_a_worker_holds_nothing_of_the_judges(arena: Arena) -> None:
    with arena.quiet(), arena.session("import os\nprint(*sorted(os.environ))") as session:
        session.start()
        names = set(session.cells[1].printed.split())
    assert "PATH" in names
    assert not [name for name in names if name.startswith("STEEPEST") or "SECRET" in name or "TOKEN" in name]
    assert names <= {
        *("LC_ALL", "LC_CTYPE", "PATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS"),
        *("MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MPLBACKEND", "PLOTLY_RENDERER", "MPLCONFIGDIR", "IPYTHONDIR"),
        *("HOME", "TMPDIR", "XDG_CACHE_HOME", "PYTORCH_NVML_BASED_CUDA_CHECK", "COLUMNS", "LINES"),
        *("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR", "KMP_INIT_AT_FORK", "KMP_DUPLICATE_LIB_OK"),
        *("CUDA_MODULE_LOADING", "CUDA_VISIBLE_DEVICES", "TORCH_DISABLE_ADDR2LINE"),
    }


def readable(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except PermissionError:
        pytest.skip("only root may look into the zygote's memory")


def test_memory_of_the_zygote_holds_no_secret_and_nothing_of_a_submission(arena: Arena) -> None:
    """What the zygote knows, every later submission inherits."""
    arena.grade(books.notebook("token = 'canaryof' + 'asubmission' * 3", *books.cells("controls", "right")))
    needles = [canary.encode() for canary in arena.canaries.values()]
    needles += [b"canaryof" + b"asubmission", str(arena.root / "course.yml").encode()]
    needles += [words for drawn in arena.secret_matrices() if len(set(words := drawn.tobytes()[16:32])) > 9]
    assert len(needles) > 8
    found, known = [], 0
    with open(f"/proc/{arena.zygote.pid}/mem", "rb", 0) as memory:
        for line in readable(f"/proc/{arena.zygote.pid}/maps").decode().splitlines():
            span, rights, *_ = line.split()
            begin, end = (int(side, 16) for side in span.split("-"))
            if rights.startswith("rw") and end < 1 << 47:
                memory.seek(begin)
                block = memory.read(end - begin)
                found += [needle for needle in needles if needle in block]
                known += b"kill_strangers" in block
    assert found == []
    assert known > 0  # so the memory was read


def test_zygote_shares_no_memory_that_can_be_written(arena: Arena) -> None:
    """A mapping that stays shared after a fork would be a letter box between submissions."""
    maps = readable(f"/proc/{arena.zygote.pid}/maps").decode().splitlines()
    assert len(maps) > 100
    assert [line for line in maps if line.split()[1][1] == "w" and line.split()[1][3] == "s"] == []


def test_worker_learns_nothing_from_the_one_before(arena: Arena) -> None:
    leave, look = books.cells("worthless", "message_to_the_next", arena.places)[-2:]
    telling = books.cells("parts", "tell") + books.cells("parts", "zeros")
    with arena.quiet():
        with arena.session(*telling, leave) as first:
            assert ask(first, "calculate_inverse").status is CallStatus.RETURNED
        with arena.session(*telling, leave, look, attempt=1) as second:
            second.start()
            assert BROKE_OUT not in second.cells[4].error


def test_cells_that_run_again_after_a_question_tell_nothing_new(arena: Arena) -> None:
    """A lost worker is replaced, and its cells run again: by then the submission has seen the exam."""
    cell = "import os\ndef f(M): os._exit(0)\nraise ValueError(os.getpid())"
    with arena.quiet(), arena.session(cell) as session:
        session.start()
        first = session.cells[1].error
        assert ask(session).status is CallStatus.DIED
        assert ask(session, "g").status is CallStatus.MISSING
        assert session.cells[1].error == first


# --------------------------------------------------------------------------------------------- what it sends

CLAIM = """
def claim(name, dtype, shape, size):
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}
    return frame(RETURNED, payload=tensors({name: entry}, bytes(size)))
"""
FRAMES_IN_A_CALL = {
    "another name": "frame(RETURNED, payload=tensors({}), name=bytes(16))",
    "a request": "frame(3, b'calculate_inverse')",
    "an unknown kind": "frame(250)",
    "wrong magic": "b'HTTP' + frame(RETURNED)[4:]",
    "oversize text": "struct.pack('!4sB16sIQ', b'STP1', RETURNED, request_id(), 0xFFFFFFFF, 0)",
    "oversize payload": "struct.pack('!4sB16sIQ', b'STP1', RETURNED, request_id(), 0, 2**64 - 1)",
    "text that is no text": "frame(RETURNED, b'\\xff\\xfe')",
    "an answer to another question": "frame(CELL_DONE, b'', b'{}')",
    "deep JSON": "frame(RETURNED, b'', struct.pack('<Q', 4_000) + b'[' * 4_000)",
    "a header beyond its end": "frame(RETURNED, b'', struct.pack('<Q', 2**63) + b'{}')",
    "a shape of 10^19 entries": "claim('0:tensor', 'F32', [10**10, 10**9], 4)",
    "a shape that is no number": "claim('0:tensor', 'F32', [True, 1.5], 4)",
    "sides that cannot be counted": "claim('0:tensor', 'F32', [0, 2**62], 0)",
    "an unknown dtype": "claim('0:tensor', 'F8_E4M3', [4], 4)",
    "items without an order": "claim('7:number', 'F64', [1], 8)",
    "numbers that are none": "claim('0:numbers', 'F32', [2], 8)",
    "a pickle": "frame(RETURNED, b'', b'\\x80\\x05cposix\\nsystem\\n')",
}


@pytest.mark.parametrize("kind", FRAMES_IN_A_CALL)
def test_malformed_answer_poisons_the_submission(arena: Arena, kind: str) -> None:
    cell = f"def f(M):\n    os.write(4, {FRAMES_IN_A_CALL[kind]})\n    return M\n\ndef g(M): return M"
    with arena.quiet(), arena.session(FRAMES + CLAIM, cell) as session:
        assert ask(session).status is CallStatus.VIOLATION
        assert ask(session, "g").status is CallStatus.VIOLATION
        assert session.violation


@pytest.mark.parametrize("where", ["cell", "call", "thread"])
def test_frame_that_nobody_asked_for_poisons_the_submission(arena: Arena, where: str) -> None:
    write = "write_everywhere(frame(RETURNED, payload=tensors({}), name=bytes(16)))"
    cells = {
        "cell": f"{write}\ndef f(M): return M",
        "call": f"def f(M):\n    {write}\n    return M",
        "thread": f"import threading, time\nevent = threading.Event()\n"
        f"def work():\n    event.wait()\n    {write}\n"
        f"thread = threading.Thread(target=work)\nthread.start()\n"
        f"def f(M):\n    event.set()\n    thread.join()\n    return M",
    }
    with arena.quiet(), arena.session(FRAMES, cells[where], "1") as session:
        session.start()
        assert ask(session).status is CallStatus.VIOLATION
        assert ask(session, "g").status is CallStatus.VIOLATION


def test_second_answer_is_not_taken_for_the_next_question(arena: Arena) -> None:
    cell = "def f(M):\n    os.write(4, frame(RETURNED, payload=tensors({})))\n    return M"
    with arena.quiet(), arena.session(FRAMES, cell) as session:
        assert ask(session).items == ()
        assert ask(session, "g").status is CallStatus.VIOLATION


CELL_RESULTS = (
    *('{"printed": [], "outputs": [], "error": null}', '{"printed": "", "outputs": 7, "error": null}'),
    *('{"printed": "", "outputs": [], "error": 0}', '{"printed": "", "outputs": {}, "error": null}'),
    *('{"printed": "", "outputs": [[1]], "error": null}', '"\\ud800"', "[]", "{", "7", "NaN", ""),
    *("[" * 5_000, "9" * 5_000),
)


@pytest.mark.parametrize("result", CELL_RESULTS)
def test_false_result_of_a_cell_poisons_the_submission(arena: Arena, result: str) -> None:
    cell = f"os.write(4, frame(CELL_DONE, payload={result.encode()!r}))"
    with arena.quiet(), arena.session(FRAMES, cell) as session:
        session.start()
        assert session.cells[2].status is CallStatus.VIOLATION


def test_names_of_changed_arguments_are_names(arena: Arena) -> None:
    claims = "²,³,0,start,<b>,\x1b[2J,start ," + "9" * 400 + "," + "x" * 500
    cell = f"def f(M):\n    os.write(4, frame(RETURNED, {claims!r}.encode(), tensors({{}})))\n    return M"
    with arena.quiet(), arena.session(FRAMES, cell) as session:
        assert ask(session).mutated == ("0", "start")


def test_process_that_ends_between_two_questions_is_lost_and_no_violation(arena: Arena) -> None:
    cell = "import os, threading, time\ndef f(M):\n    threading.Timer(0.05, os._exit, (0,)).start()\n    return M"
    with arena.quiet(), arena.session(cell, "def g(M): return M") as session:
        assert ask(session).status is CallStatus.RETURNED
        while arena.zygote.worker_processes() and os.path.exists(f"/proc/{_worker(session)}/fd/3"):
            pass
        assert ask(session, "g").status is CallStatus.DIED
        assert session.violation == ""


def _worker(session: Session) -> int:
    worker = session._worker
    assert worker is not None
    return worker.pid


# --------------------------------------------------------------------------------------------- how it is ended

WAITING = {
    "sleeps": "def f(M): time.sleep(60)",
    "stops itself": "def f(M): os.kill(os.getpid(), signal.SIGSTOP)",
    "sends half a frame": "def f(M):\n    os.write(4, frame(RETURNED)[:20])\n    time.sleep(60)",
    "sends a frame byte by byte": "def f(M):\n    for byte in frame(RETURNED, bytes(8_000)):\n"
    "        os.write(4, bytes([byte]))\n        time.sleep(0.01)",
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAITING)
def test_worker_that_keeps_the_judge_waiting_is_ended_by_the_clock(arena: Arena, way: str) -> None:
    cells = (f"import signal, threading, time\n{FRAMES}", WAITING[way])
    with arena.quiet(), arena.session(*cells, limits=IMPATIENT) as session:
        assert ask(session).status is CallStatus.TIMED_OUT


@pytest.mark.slow
def test_worker_that_stops_reading_is_ended_by_the_clock(arena: Arena) -> None:
    stop = "threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGSTOP)).start()"
    cell = f"import os, signal, threading\ndef f(M):\n    {stop}\n    return M"
    with arena.quiet(), arena.session(cell, limits=IMPATIENT) as session:
        assert ask(session).status is CallStatus.RETURNED
        while Path(f"/proc/{_worker(session)}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"T":
            pass
        assert ask(session, "g", LARGE).status is CallStatus.TIMED_OUT


@pytest.mark.slow
def test_submission_that_sleeps_within_each_limit_is_not_asked_for_ever(arena: Arena) -> None:
    cell = "import time\ndef f(M):\n    time.sleep(1)\n    return M"
    with arena.quiet(), arena.session(cell, limits=IMPATIENT) as session:
        statuses = [ask(session, "f", M + number).status for number in range(10)]
    asked = [status for status in statuses if status is not CallStatus.NOT_RUN]
    assert 0 < len(asked) <= IMPATIENT.submission_cpu_s + 1
    assert statuses[-1] is CallStatus.NOT_RUN


def test_name_of_a_process_that_is_no_text_does_not_stop_the_judge(arena: Arena) -> None:
    rename = "import ctypes\nctypes.CDLL(None).prctl(15, b'\\xff\\xfe) Z 1', 0, 0, 0)"
    with arena.quiet(), arena.session(rename, BUSY, "def f(M): return M") as session:
        assert ask(session).status is CallStatus.RETURNED
        assert arena.zygote.worker_processes() == (_worker(session),)


# --------------------------------------------------------------------------------------------- what it leaves


def test_folders_nested_deeper_than_python_recurses_are_counted_and_removed(arena: Arena) -> None:
    cell = "import os\nfor _ in range(250):\n    os.mkdir('a')\n    os.chdir('a')\n"
    limit = sys.getrecursionlimit()
    with arena.quiet(), arena.session(cell, BUSY) as session:
        try:
            sys.setrecursionlimit(len(inspect.stack(0)) + 150)
            session.start()
            session.close()
        finally:
            sys.setrecursionlimit(limit)
        assert session.cells[2].status is CallStatus.RETURNED


def test_many_empty_files_fill_the_scratch_folder(arena: Arena) -> None:
    cell = f"for number in range(2_500): open(str(number), 'w').close()\n{BUSY}"
    with arena.quiet(), arena.session(cell, limits=replace(LIMITS, call_cpu_s=5)) as session:
        session.start()
        assert session.cells[1].status is CallStatus.DIED


def test_names_of_files_do_not_matter(arena: Arena) -> None:
    cell = (
        "import os\n"
        "for name in (b'-rf', b'a\\nb', b'\\xff\\xfe', b'*', b' ', b'...', b'x' * 255, '\\u202e'.encode()):\n"
        "    open(name, 'w').write('x')\n    os.mkdir(name + b'd' if len(name) < 255 else b'd')\nos.umask(0o777)\n"
        "os.mkdir('shut')\nopen('closed', 'w')\n" + BUSY
    )
    with arena.quiet(), arena.session(cell) as session:
        session.start()
        assert session.cells[1].error == ""


def test_sparse_file_is_bounded_by_its_length(arena: Arena) -> None:
    cell = "file = open('sparse', 'wb')\nfile.truncate(1 << 40)"
    with arena.quiet(), arena.session(cell) as session:
        session.start()
        assert "File too large" in session.cells[1].error


def test_outputs_of_many_cells_are_not_hoarded_by_the_judge(arena: Arena) -> None:
    cell = "from IPython.display import HTML, display\nfor _ in range(8): display(HTML('y' * 400_000))"
    with arena.quiet(), arena.session(*[cell] * 6) as session:
        session.start()
        kept = sum(len(text) for result in session.cells.values() for output in result.outputs for _, text in output)
    assert 0 < kept <= session_module.MAX_KEPT_CHARACTERS
    assert all(result.error == "" for result in session.cells.values())


def test_printing_is_cut_to_what_the_limits_allow(arena: Arena) -> None:
    with arena.quiet(), arena.session(*["print('y' * 10_000_000)"] * 3) as session:
        session.start()
        kept = sum(len(result.printed) for result in session.cells.values())
    assert kept < 2 * 1024 * LIMITS.output_kib
