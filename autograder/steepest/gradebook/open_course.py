"""The course that this nbgrader process works on: nbgrader makes its own objects, and they have to find it."""

from __future__ import annotations

import functools
from pathlib import Path

from steepest.course import Course, load_course
from steepest.errors import GradebookError

_course: list[Course] = []


def set_course(course: Course) -> None:
    """Let nbgrader's objects in this process work on ``course``."""
    _course[:] = [course]


def current_course() -> Course:
    """Return the course of this process, with course.yml as it is now: a formgrader may run for weeks.

    Raises:
        GradebookError: No nbgrader_config.py of the kit was read.
        CourseError: course.yml has mistakes.
    """
    if not _course:
        raise GradebookError("no course was opened. Try: run nbgrader where nbgrader_config.py and course.yml lie")
    source = _course[0].source
    return _course_of(source, source.read_bytes()) if source.is_file() else load_course(source)


@functools.lru_cache(maxsize=1)
def _course_of(source: Path, content: bytes) -> Course:
    """Return the course, read once for each content of its file: every notebook asks several times."""
    return load_course(source)
