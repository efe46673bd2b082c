"""The course that this nbgrader process works on: nbgrader makes its own objects, and they have to find it."""

from __future__ import annotations

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
    return load_course(Path(_course[0].source))
