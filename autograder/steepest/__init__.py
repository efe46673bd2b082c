"""Steepest: teaching and grading of matrix operations by gradient descent.

In a notebook ``from steepest import check`` is all a student needs. Everything is imported on first use, so that
``import steepest`` costs nothing and needs neither torch nor nbgrader.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steepest.course import Course, load_course
    from steepest.errors import GraderFault, NotebookError, PropertyFailed, SteepestError
    from steepest.model import GradeReport, PropertyResult, Verdict
    from steepest.selfcheck import check

__version__ = "0.1.0"

__all__ = [
    "Course",
    "GradeReport",
    "GraderFault",
    "NotebookError",
    "PropertyFailed",
    "PropertyResult",
    "SteepestError",
    "Verdict",
    "__version__",
    "check",
    "load_course",
]

_HOMES = {
    "Course": "course",
    "load_course": "course",
    "GraderFault": "errors",
    "NotebookError": "errors",
    "PropertyFailed": "errors",
    "SteepestError": "errors",
    "GradeReport": "model",
    "PropertyResult": "model",
    "Verdict": "model",
    "check": "selfcheck",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'steepest' has no attribute {name!r}")
    return getattr(import_module(f"steepest.{_HOMES[name]}"), name)
