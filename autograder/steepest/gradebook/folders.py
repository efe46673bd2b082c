"""Where nbgrader keeps the notebooks of a course, by its own rules, settings of an instructor included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from steepest.course import Course
from steepest.gradebook.config import FILE, apply
from steepest.gradebook.database import nbgrader_api, quiet


class Folders:
    """The folders of nbgrader's ``CourseDirectory``."""

    def __init__(self, coursedir: Any, config: Any) -> None:  # noqa: ANN401  # nbgrader has no types
        self.coursedir = coursedir
        self.config = config

    def submitted(self, student: str, assignment: str) -> Path:
        """Return the folder of what a student handed in."""
        return self._folder(self.coursedir.submitted_directory, student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        """Return the folder of a student's executed notebook."""
        return self._folder(self.coursedir.autograded_directory, student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        """Return the folder of the pages that a student reads."""
        return self._folder(self.coursedir.feedback_directory, student, assignment)

    def _folder(self, step: str, student: str, assignment: str) -> Path:
        return Path(self.coursedir.format_path(step, student, assignment))


def folders_of(course: Course) -> Folders:
    """Return the folders of a course: those of its nbgrader_config.py, if it has one, else the kit's own."""
    nbgrader_api()
    with quiet():
        from nbgrader.coursedir import CourseDirectory

        config = settings(course)
        return Folders(CourseDirectory(config=config), config)


def settings(course: Course) -> Any:  # noqa: ANN401  # traitlets' Config has an attribute for every class
    """Return nbgrader's configuration for a course."""
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    if (course.root / FILE).is_file():
        return PyFileConfigLoader(FILE, str(course.root)).load_config()
    config = Config()
    apply(config, course)
    return config
