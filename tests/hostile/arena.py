"""Where attacks are graded: a course with planted canaries, one zygote, two controls, and a look at what is left."""

from __future__ import annotations

import base64
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from steepest._course_file import LateEntry
from steepest.answers import Array
from steepest.course import Assignment
from steepest.errors import NotebookError
from steepest.exam import Exam, draw_exam, save_exam
from steepest.grade import Paper, grade
from steepest.model import GradeReport, Limits
from steepest.outputs.html import render_report
from steepest.outputs.report_json import dump_report, load_report
from steepest.plugin import all_families, collect_properties
from steepest.sandbox import scratch
from steepest.sandbox.budget import Budget
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import standing_walls
from steepest.sandbox.session import Session, Source

from . import books

LIMITS = Limits(call_cpu_s=1, submission_cpu_s=10, memory_mib=1024, output_kib=16, scratch_mib=8)
BROKE_OUT = "BROKE" + " OUT"
"""What an attack says when it gets somewhere; in the notebooks it is written in two parts."""

MARK = "steepest-hostile-mark"
"""The name, or a part of the name, of every file that an attack tries to leave behind."""

_NUMBER = re.compile(r"\d+\.?\d*(?:e[+-]?\d+)?")


@dataclass(frozen=True)
class Impatient(Limits):
    """Limits for attacks that only wait: a call may sleep for little."""

    @property
    def call_idle_s(self) -> int:
        """Return two seconds."""
        return 2


IMPATIENT = Impatient(call_cpu_s=1, submission_cpu_s=1, memory_mib=1024, output_kib=16, scratch_mib=8)


@dataclass(frozen=True)
class Graded:
    """A report in all its forms."""

    report: GradeReport
    json: bytes
    html: str

    @property
    def text(self) -> str:
        """Return everything that a student could read."""
        return self.json.decode() + self.html

    def points(self, name: str) -> int:
        """Return the hundredths of a point that a property earned."""
        return next(result.points for result in self.report.properties if result.name == name)


@dataclass
class Arena:
    """A course with canaries in a folder of its own, and the zygote that grades its submissions."""

    root: Path
    zygote: Zygote
    canaries: dict[str, str] = field(default_factory=dict)
    count: int = 0
    first: bytes = b""

    def __post_init__(self) -> None:
        self.scratch = self.root / "scratch"
        self.scratch.mkdir()
        self.places = {name: str(path) for name, path in self._plant()}
        self.places |= {"judge": str(os.getpid()), "zygote": str(self.zygote.pid), "mark": MARK, "root": str(self.root)}
        properties = Path(__file__).with_name("short_inverse.py")
        found = collect_properties(properties)
        self.exam = draw_exam("inverse", all_families(found), b"the secret of the hostile tests")
        save_exam(self.exam, Path(self.places["exam"]))
        functions = ("safe_learning_rate", "calculate_inverse")
        total = Decimal(sum(info.max_points for info in found)) / 100
        paths = (self.root / "inverse.ipynb", properties)
        late = LateEntry(policy="none")
        self.assignment = Assignment("inverse", "The inverse", *paths, functions, total, None, late, "cpu", LIMITS)

    def _plant(self) -> Iterator[tuple[str, Path]]:
        """Write a canary into every file that a submission must not read; yield what it is called, and where it is."""
        files = {
            "exam": "generated/exams/inverse.safetensors",
            "beside": "generated/exams/notes.txt",
            "course": "course.yml",
            "reference": "reference/descent_linalg/inverse.py",
            "neighbour": "submitted/neighbour/inverse/inverse.ipynb",
            "results": "generated/graded/inverse/neighbour/report.json",
        }
        for name, relative in files.items():
            path = self.root / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            self.canaries[name] = f"canary{secrets.token_hex(12)}"
            path.write_text(self.canaries[name])
            yield name, path
        self.canaries["environment"] = os.environ["STEEPEST_HOSTILE_CANARY"]

    def paper(self, limits: Limits = LIMITS, exam: Exam | None = None) -> Paper:
        """Return what grading needs."""
        return Paper(replace(self.assignment, limits=limits), exam or self.exam, standing_walls())

    def grade(
        self, data: bytes | NotebookError, *, student: str = "mallory", limits: Limits = LIMITS, neighbour: bool = True
    ) -> Graded:
        """Return the report on a submission in all its forms, after a look at what it left behind.

        Each tenth time the right control is graded again: in the same zygote it must get the same bytes. Not so where
        ``neighbour`` is False: a judge that was broken on purpose breaks for everyone.
        """
        self.count += neighbour
        if neighbour and self.count % 10 == 0:
            self.assert_neighbour_is_unchanged()
        with self._own_scratch(), _name_of_the_test_kept():
            report = grade(self.paper(limits), student, data, self.zygote)
        self.assert_nothing_is_left()
        graded = Graded(report, dump_report(report), render_report(report))
        self.assert_nothing_leaks(graded)
        assert_plain(graded)
        return graded

    def assert_neighbour_is_unchanged(self) -> None:
        """Fail if the right control, graded now, gets another report than it got at first."""
        with self._own_scratch(), _name_of_the_test_kept():
            now = dump_report(grade(self.paper(), "neighbour", control("right"), self.zygote))
        self.first = self.first or now
        assert now == self.first

    def session(self, *cells: str, limits: Limits = LIMITS, attempt: int = 0) -> Session:
        """Return a session over these cells; use it in `quiet`."""
        sources = [Source(place, cell) for place, cell in enumerate(cells, 1)]
        return Session(self.zygote, sources, Budget(limits), standing_walls(), attempt=attempt)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Look at what was left behind, once the sessions inside have been closed."""
        with self._own_scratch():
            yield
        self.assert_nothing_is_left()

    @contextmanager
    def _own_scratch(self) -> Iterator[None]:
        before, tempfile.tempdir = tempfile.tempdir, str(self.scratch)
        try:
            yield
        finally:
            tempfile.tempdir = before

    def assert_nothing_is_left(self) -> None:
        """Fail if a process of a submission lives, or a file that it made exists, once all removing has ended."""
        for remover in scratch._removers:
            remover.wait(timeout=60)
        assert self.zygote.worker_processes() == ()
        assert list(_processes_in(self.scratch)) == []
        assert os.listdir(self.scratch) == []
        for folder in ("/tmp", "/var/tmp", "/dev/shm", str(self.root), os.getcwd(), str(Path.home())):
            assert [name for name in _listed(folder) if MARK in name] == []

    def assert_nothing_leaks(self, graded: Graded) -> None:
        """Fail if a report holds a canary, a number of the exam, or the word of an attack that got somewhere."""
        assert BROKE_OUT not in graded.text
        for canary in self.canaries.values():
            assert not any(form in graded.text for form in _forms(canary))
        assert self.numbers_of_the_exam_in(graded.text) == []

    def numbers_of_the_exam_in(self, text: str) -> list[float]:
        """Return the entries of drawn exam matrices that a text holds with six or more digits."""
        told = np.array([float(word) for word in _NUMBER.findall(text) if _digits(word) >= 6] or [0.0])
        entries = np.unique(np.abs(np.concatenate([M.ravel() for M in self.secret_matrices()])).astype(np.float64))
        entries = entries[[_digits(f"{entry:.7g}") >= 6 for entry in entries]]
        close = np.isclose(told[:, None], entries[None, :], rtol=1e-6, atol=0.0)
        return [float(value) for value in told[close.any(axis=1)]]

    def secret_matrices(self) -> Sequence[Array]:
        """Return every matrix of the exam."""
        return [M for drawn in self.exam.matrices.values() for M in drawn]


@contextmanager
def _name_of_the_test_kept() -> Iterator[None]:
    """Keep what pytest notes down about the running test, which pytest in pytest would wipe out."""
    before = os.environ.get("PYTEST_CURRENT_TEST")
    try:
        yield
    finally:
        if before is not None:
            os.environ["PYTEST_CURRENT_TEST"] = before


def assert_plain(graded: Graded) -> None:
    """Fail if a report holds markup or control characters that a submission chose, or cannot be read back."""
    assert load_report(graded.json).points == graded.report.points
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", graded.text) is None
    assert re.search(r"<(script|img|svg/|b |b>|a href=.?javascript|section></pre)", graded.html) is None
    assert len(graded.text) < 2_000_000


def _digits(number: str) -> int:
    return len(number.partition("e")[0].replace(".", "").strip("0"))


def _forms(canary: str) -> tuple[str, ...]:
    raw = canary.encode()
    return canary, canary[::-1], raw.hex(), base64.b64encode(raw).decode().rstrip("=")


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _processes_in(folder: Path) -> Iterator[int]:
    """Yield the processes whose working folder lies in ``folder``, also where that has been removed since."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if os.readlink(f"/proc/{entry}/cwd").startswith(f"{folder}{os.sep}"):
                yield int(entry)


def open_arena(root: Path) -> Iterator[Arena]:
    """Yield an arena in an empty folder, and close it."""
    os.environ["STEEPEST_HOSTILE_CANARY"] = f"canary{secrets.token_hex(12)}"
    try:
        with Zygote() as zygote:
            arena = Arena(root, zygote)
            arena.assert_neighbour_is_unchanged()
            yield arena
            arena.assert_neighbour_is_unchanged()
    finally:
        del os.environ["STEEPEST_HOSTILE_CANARY"]


def control(name: str) -> bytes:
    """Return one of the honest notebooks that attacks are compared with: ``right`` or ``zeros``."""
    return books.book("controls", name)
