"""One writer at a time: whoever changes the gradebook or its folders waits for its turn on this machine."""

from __future__ import annotations

import fcntl
import functools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from steepest.course import Course

LOOK_THEN_ADD = ("update_or_create_student", "update_or_create_submission")
"""What ``nbgrader autograde`` calls before the kit's own steps: it looks for a row and adds it if there is none."""


class _Turns(threading.local):
    """The locks that this thread holds."""

    def __init__(self) -> None:
        self.held: set[Path] = set()


_mine = _Turns()


@contextmanager
def writers_turn(course: Course) -> Iterator[None]:
    """Wait until nobody else writes to this course, and keep others out; within a turn, another one is the same.

    The end of a process ends its turn.
    """
    lock = course.generated / "gradebook.lock"
    if lock in _mine.held:
        yield
        return
    course.generated.mkdir(exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _mine.held.add(lock)
        yield
    finally:
        _mine.held.discard(lock)
        os.close(descriptor)


def take_turns(gradebook: Any, course: Course) -> None:  # noqa: ANN401  # nbgrader has no types
    """Let nbgrader's class ``Gradebook`` wait for its turn where it adds rows that another grader may be adding."""
    for name in LOOK_THEN_ADD:
        original = getattr(gradebook, name)
        setattr(gradebook, name, _in_turn(getattr(original, "__wrapped__", original), course))


def _in_turn(method: Callable[..., Any], course: Course) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*arguments: object, **options: object) -> object:
        with writers_turn(course):
            return method(*arguments, **options)

    return call
