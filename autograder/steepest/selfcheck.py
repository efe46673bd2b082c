"""The self-check: the graded properties, asked in the student's own process on an exam that everyone may know."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from steepest.errors import SteepestError
from steepest.exam import practice_exam
from steepest.model import PropertyResult
from steepest.outputs.selfcheck import picture, show
from steepest.plugin import Tried, all_families, collect_trials, try_on
from steepest.released import properties_in
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
    results = check_exercise({function.__name__: function for function in functions}, exercise, Path.cwd())
    show(results)
    _draw(results)


def check_exercise(
    functions: Mapping[str, Callable[..., Any]], exercise: str | None, folder: Path
) -> tuple[PropertyResult, ...]:
    """Return the results of the properties of one exercise for some functions of this process."""
    from steepest.sandbox.inprocess import NamespaceCaller

    path = properties_in(folder)
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
    return conclude(tried, NamespaceCaller(functions, attempt=1))


def _draw(results: Sequence[PropertyResult]) -> None:
    """Show the picture of what to mend first, where a notebook can show one."""
    found = picture(results)
    # Whoever has a notebook open has imported IPython; elsewhere there is nothing to draw on.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if found is not None and shell is not None and hasattr(shell, "kernel"):
        svg, caption = found
        shell.display_pub.publish({"image/svg+xml": svg, "text/plain": f"[picture: {caption}]"})


def _progress(done: int, total: int) -> None:
    if sys.stdout.isatty():
        print(f"\r{done} of {total} properties", end="" if done < total else "\n", flush=True)  # noqa: T201
