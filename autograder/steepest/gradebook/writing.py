"""One writer at a time: whoever changes the gradebook or its folders waits for its turn on this machine."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from steepest.course import Course


@contextmanager
def writers_turn(course: Course) -> Iterator[None]:
    """Wait until no other process of this course writes, and keep others out; the end of a process ends its turn."""
    course.generated.mkdir(exist_ok=True)
    descriptor = os.open(course.generated / "gradebook.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
