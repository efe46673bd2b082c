"""The self-check: the graded properties, asked in the student's own process on an exam that everyone may know."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from steepest.errors import SteepestError
from steepest.exam import practice_exam
from steepest.model import PropertyResult
from steepest.outputs.selfcheck import show
from steepest.plugin import Tried, all_families, collect_trials, try_on
from steepest.student import Student
from steepest.verdicts import conclude


class SelfCheckError(SteepestError):
    """A self-check could not be made; the text says what is missing."""


def check(*functions: Callable[..., Any], exercise: str | None = None) -> None:
    """Show how the given functions do on the properties of an exercise; nothing is graded and nothing is sent.

    The properties are those of the ``test_<assignment>.py`` in the working folder. The matrices are a practice exam:
    the real one is drawn from the same families.

    Args:
        functions: Your functions, such as ``check(calculate_inverse)``.
        exercise: Which exercise to look at; the name of the first function, if not given.

    Raises:
        SelfCheckError: There is no such exercise, or no properties beside the notebook.
    """
    show(check_exercise({function.__name__: function for function in functions}, exercise, Path.cwd()))


def check_exercise(
    functions: Mapping[str, Callable[..., Any]], exercise: str | None, folder: Path
) -> tuple[PropertyResult, ...]:
    """Return the results of the properties of one exercise for some functions of this process."""
    from steepest.sandbox.inprocess import NamespaceCaller

    path = _properties(folder)
    trials = collect_trials(path)
    chosen = exercise or next(iter(functions), "")
    mine = [trial for trial in trials if trial.info.exercise == chosen]
    if not mine:
        known = ", ".join(dict.fromkeys(trial.info.exercise for trial in trials))
        raise SelfCheckError(f"{path.name} has no exercise {chosen!r}. It has: {known}")
    exam = practice_exam(path.stem.removeprefix("test_"), all_families(trial.info for trial in mine))
    caller = NamespaceCaller(functions)
    tried: list[Tried] = []
    for trial in mine:
        tried.append(try_on(trial, Student(caller), exam))
        _progress(len(tried), len(mine))
    return conclude(tried, NamespaceCaller(functions))


def _properties(folder: Path) -> Path:
    found = sorted(folder.glob("test_*.py"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise SelfCheckError(
            f"the self-check needs one test_<assignment>.py beside the notebook, and {folder} has {names}. "
            "Try: open the notebook in the folder in which you got it"
        )
    return found[0]


def _progress(done: int, total: int) -> None:
    if sys.stdout.isatty():
        print(f"\r{done} of {total} properties", end="" if done < total else "\n", flush=True)  # noqa: T201
