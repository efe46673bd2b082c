"""Errors that are handed from one process to another arrive as they were."""

from __future__ import annotations

import pickle

import pytest

from steepest.errors import CourseError, ExamError, GraderFault, NotebookError, Problem, SteepestError

ERRORS = (
    NotebookError("the file is empty", "hand in the notebook that you were given"),
    CourseError("course.yml", [Problem("jobs", "0", "use a number from 1 to 64"), Problem("title", "''", "give one")]),
    ExamError("the exam is damaged"),
    GraderFault("the worker has ended"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_in_another_process(error: SteepestError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)
