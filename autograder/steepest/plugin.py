"""The pytest plugin: the ``student`` fixture, the ``points`` marker, and the replay of an exam.

Properties are ordinary pytest + Hypothesis tests. A student who runs ``pytest test_inverse.py`` gets them as they
are, on matrices that Hypothesis draws, against the notebook in the same folder. In grading, the frozen matrices of
the exam are handed to each property's inner test instead, and Hypothesis draws nothing.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.errors import InvalidArgument

from steepest.answers import Array, Caller
from steepest.errors import CallFailed, GateFailed, GraderFault, PropertyFailed, SteepestError
from steepest.exam import Exam
from steepest.model import Verdict
from steepest.strategies import Family, family_of
from steepest.student import AskedLast, NotAskable, Student

SELF_CHECK_EXAMPLES = 12
"""How many matrices Hypothesis tries for each property when a student runs pytest."""

MARKER = "points(n, exercise, needs): a graded property, worth n points of an exercise if the property it needs holds"


@dataclass(frozen=True)
class PropertyInfo:
    """What a property says of itself.

    ``max_points`` are hundredths, ``families`` maps its arguments to families, and ``needs`` names a property without
    whose pass this one has no points (empty: none).
    """

    name: str
    title: str
    exercise: str
    max_points: int
    families: Mapping[str, Family]
    needs: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a property ended on one example; ``error`` is what it raised, None if it passed."""

    verdict: Verdict
    error: BaseException | None = None

    def __post_init__(self) -> None:
        # Else each failure keeps every array that was at hand where it was raised, and a submission chooses how large.
        if self.error is not None:
            self.error.__traceback__ = self.error.__context__ = self.error.__cause__ = None


@dataclass(frozen=True)
class Trial:
    """A collected property with its inner test, which can be tried on any student and any example."""

    info: PropertyInfo
    inner: Callable[..., None]
    takes_student: bool

    def attempt(self, student: Student, example: Mapping[str, Array]) -> Outcome:
        """Return how the property ends for ``student`` on one example.

        Raises:
            GraderFault: The property itself broke: neither a pass nor a failure of the student.
            AskedLast: It asks a function apart, and ``student`` defers that.
        """
        fixtures = {"student": student} if self.takes_student else {}
        try:
            with np.errstate(all="ignore"):
                self.inner(**fixtures, **example)
        except (PropertyFailed, GateFailed, AssertionError) as error:
            return Outcome(Verdict.FAILED, error)
        except (NotAskable, pytest.skip.Exception) as error:
            return Outcome(Verdict.SKIPPED, error)
        except CallFailed as error:
            return Outcome(Verdict[error.verdict], error)
        except (SteepestError, AskedLast):
            raise
        except Exception as error:
            raise GraderFault(f"property {self.info.name} broke: {type(error).__name__}") from error
        return Outcome(Verdict.PASSED)


@dataclass(frozen=True)
class Tried:
    """A property with its outcome on each example of the exam, in the exam's order."""

    trial: Trial
    outcomes: tuple[tuple[Mapping[str, Array], Outcome], ...]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the notebook of a self-check."""
    parser.addoption("--notebook", default=None, help="the notebook whose functions the properties ask")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Hypothesis try a few matrices a property and take its time: a descent needs a second, not 200 ms."""
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("points") is not None:
            with contextlib.suppress(InvalidArgument):  # the test file has settings of its own
                settings(deadline=None, max_examples=SELF_CHECK_EXAMPLES)(item.obj)


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> Student:
    """The functions of the notebook beside the properties; in grading, sandboxed ones take its place."""
    from steepest.sandbox.inprocess import notebook_caller

    chosen = request.config.getoption("--notebook")
    return Student(notebook_caller(Path(chosen) if chosen else None, request.config.invocation_params.dir))


def collect_properties(path: Path) -> tuple[PropertyInfo, ...]:
    """Return the properties that a test file holds, in its order; nothing is run.

    Raises:
        GraderFault: The file cannot be collected, or a test in it is not a graded property.
    """
    return tuple(trial.info for trial in collect_trials(path))


def collect_trials(path: Path) -> tuple[Trial, ...]:
    """Return the properties of a test file, ready to be tried; nothing is run.

    A file is collected once in a process, for as long as it stays as it is.
    """
    try:
        digest = hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        raise GraderFault(f"{path.name}: {error.strerror}") from error
    return _collected(path, digest)


@functools.lru_cache(maxsize=16)
def _collected(path: Path, digest: bytes) -> tuple[Trial, ...]:
    run = _Collecting()
    _pytest(path, run, "--collect-only")
    return tuple(run.trials)


def replay(path: Path, caller: Caller, exam: Exam, apart: Caller | None = None) -> tuple[Tried, ...]:
    """Return every property of a test file with its outcomes for ``caller`` on the matrices of ``exam``.

    What others need is asked first, while nothing is used up. What asks a function apart is asked last, by ``apart``.

    Raises:
        GraderFault: The file cannot be collected, or a property broke.
        ExamError: The exam has no matrix for a property.
    """
    trials = collect_trials(path)
    needed = {trial.info.needs for trial in trials}
    tried: dict[str, Tried] = {}
    last: list[Trial] = []
    for trial in sorted(trials, key=lambda trial: trial.info.name not in needed):
        try:
            tried[trial.info.name] = try_on(trial, Student(caller, defers=True), exam)
        except AskedLast:
            last.append(trial)
    tried |= {trial.info.name: try_on(trial, Student(caller, apart), exam) for trial in last}
    return tuple(tried[trial.info.name] for trial in trials)


def try_on(trial: Trial, student: Student, exam: Exam) -> Tried:
    """Return a property with its outcome on each of its examples in the exam."""
    examples: tuple[Mapping[str, Array], ...] = exam.examples(trial.info.families) if trial.info.families else ({},)
    return Tried(trial, tuple((example, trial.attempt(student, example)) for example in examples))


class _Collecting:
    """Hooks of one run of pytest that collects the properties of a file, and what is wrong with it."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []
        self.faults: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(report.longreprtext.strip().splitlines()[-1])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.trials = [_trial(item) for item in items if isinstance(item, pytest.Function)]
        names = {trial.info.name for trial in self.trials}
        for info in (trial.info for trial in self.trials):
            if info.needs and info.needs not in names:
                raise GraderFault(f"{info.name} needs {info.needs}, which is no property of this file")

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.faults.append(str(excinfo.value))
        return True


def _trial(item: pytest.Function) -> Trial:
    """Return the property behind a collected test.

    ``hypothesis.inner_test`` is public; ``_given_kwargs`` is not, but nothing else tells what a test draws.
    """
    mark = item.get_closest_marker("points")
    if mark is None or len(mark.args) != 1 or not isinstance(mark.kwargs.get("exercise"), str):
        raise GraderFault(f'{item.name}: not a graded property. Try: @pytest.mark.points(2, exercise="...") above it')
    handle = getattr(item.obj, "hypothesis", None)
    given = {} if handle is None else dict(handle._given_kwargs)
    families = {name: family_of(strategy) for name, strategy in given.items()}
    inner = item.obj if handle is None else handle.inner_test
    title = (inner.__doc__ or "").strip().partition("\n\n")[0]
    hundredths = int(Decimal(str(mark.args[0])) * 100)
    needs = str(mark.kwargs.get("needs", ""))
    info = PropertyInfo(item.name, " ".join(title.split()), mark.kwargs["exercise"], hundredths, families, needs)
    wanted = set(inspect.signature(inner).parameters) - set(given)
    parameters = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    if unknown := wanted - set(parameters) - {"student"}:
        raise GraderFault(
            f"{item.name}: a graded property takes student and matrices, not {', '.join(sorted(unknown))}"
        )
    return Trial(info, functools.partial(inner, **parameters), "student" in wanted)


def _pytest(path: Path, run: _Collecting, *options: str) -> None:
    """Run pytest on one trusted file, with nothing of the surroundings: no conftest, no ini file, no other plugin."""
    arguments = [
        *("-c", os.devnull, "--rootdir", str(path.parent), "--noconftest", "--import-mode=importlib"),
        *("--confcutdir", str(path.parent)),  # else every folder above is listed too, and one that vanishes is an error
        *("--assert=plain", "-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"),
        *("-p", "steepest.plugin", *options, str(path)),
    ]
    with _quiet(), _no_autoload(), _imported_anew(path):
        status = pytest.main(arguments, plugins=[run])
    if run.faults or status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise GraderFault(f"{path.name}: {'; '.join(run.faults) or f'pytest ended with {status!r}'}")
    if not run.trials:
        raise GraderFault(f"{path.name}: it holds no property")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    sink = io.StringIO()
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        yield


@contextlib.contextmanager
def _imported_anew(path: Path) -> Iterator[None]:
    """Forget the module of a test file afterwards: another file of the same name is not to be taken for it."""
    try:
        yield
    finally:
        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == str(path):
                del sys.modules[name]


@contextlib.contextmanager
def _no_autoload() -> Iterator[None]:
    """Keep plugins and options of the surroundings out for a while."""
    changes = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def all_families(properties: Iterable[PropertyInfo]) -> tuple[Family, ...]:
    """Return the families that some properties draw from, each once, by name."""
    found = {family.name: family for info in properties for family in info.families.values()}
    return tuple(found[name] for name in sorted(found))
