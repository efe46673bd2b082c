"""The properties of one assignment asked of one student on one exam, as the grader asks them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from steepest.answers import Array
from steepest.errors import CallFailed, GateFailed, PropertyFailed
from steepest.strategies import Family, family_of
from steepest.student import NotAskable, Student

from .caller import Function, InProcessCaller

PROPERTIES = Path(__file__).parents[2] / "assignments" / "inverse" / "test_inverse.py"

Failure = PropertyFailed | GateFailed | CallFailed | NotAskable


@dataclass(frozen=True)
class Property:
    """One graded test, with what its marker says."""

    name: str
    title: str
    points: float
    exercise: str
    family: Family
    test: Callable[..., Any]
    argument: str = "M"
    needs: str = ""

    def ask(self, student: Student, M: Array) -> None:
        """Run the body of the test on one matrix."""
        self.test.hypothesis.inner_test(student=student, **{self.argument: M})  # type: ignore[attr-defined]


def load_properties(path: Path = PROPERTIES) -> tuple[Property, ...]:
    """Return the properties of a test file, in order."""
    return tuple(_properties_of(_load(path)))


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{path.stem}_as_released", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _properties_of(module: ModuleType) -> Iterator[Property]:
    for name, test in vars(module).items():
        if name.startswith("test_"):
            (mark,) = test.pytestmark
            ((argument, strategy),) = test.hypothesis._given_kwargs.items()
            yield Property(
                name.removeprefix("test_"),
                " ".join((test.__doc__ or "").partition("\n\n")[0].split()),
                mark.args[0],
                mark.kwargs["exercise"],
                family_of(strategy),
                test,
                argument,
                mark.kwargs.get("needs", "").removeprefix("test_"),
            )


def exam_matrices(family: Family, seed: int) -> tuple[Array, ...]:
    """Return the special and the drawn matrices of one family in the exam with this seed."""
    generator = np.random.default_rng([seed, *family.name.encode()])
    return (*family.specials, *(family.draw(generator, index) for index in range(family.draws)))


def take_exam(properties: tuple[Property, ...], caller: InProcessCaller, seed: int) -> dict[str, Failure]:
    """Return the first failure of each property that does not hold on the exam with this seed."""
    student = Student(caller)
    failures: dict[str, Failure] = {}
    for asked in properties:
        for M in exam_matrices(asked.family, seed):
            try:
                asked.ask(student, M)
            except (PropertyFailed, GateFailed, CallFailed, NotAskable) as failure:
                failures[asked.name] = failure
                break
    return failures


def student_with(**functions: Function) -> InProcessCaller:
    """Return a caller for a student with these functions."""
    return InProcessCaller(**functions)
