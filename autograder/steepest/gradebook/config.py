"""nbgrader's settings, made from course.yml: the sandbox in place of the kernel, what is generated in one folder."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

from steepest._nbgrader import NEVER_COPIED, database_url, put_own_programs_first
from steepest._streams import guard_streams
from steepest.course import Course, load_course
from steepest.errors import SteepestError
from steepest.gradebook.database import nbgrader_api
from steepest.gradebook.open_course import set_course
from steepest.gradebook.writing import take_turns

FILE = "nbgrader_config.py"
NBGRADER = "nbgrader.preprocessors."
KIT = "steepest.gradebook."
FOLDERS = ("release", "submitted", "autograded", "feedback")


def configure(c: Any, root: Path) -> None:  # noqa: ANN401  # traitlets' Config has an attribute for every class
    """Let nbgrader work on the course whose course.yml lies in ``root``; called by nbgrader_config.py.

    Whatever is wrong ends the process: nbgrader would go on with its own settings, that is, without a sandbox.
    """
    guard_streams()  # nbgrader's log holds names of files
    try:
        course = load_course(root / "course.yml")
        apply(c, course)
        course.generated.mkdir(exist_ok=True)
    except (SteepestError, OSError) as error:
        print(f"steepest: {error}", file=sys.stderr)  # noqa: T201  # nbgrader has no log yet
        raise SystemExit(2) from error
    put_own_programs_first()
    take_turns(nbgrader_api().Gradebook, course)
    # SQLAlchemy warns of nbgrader's own code, several times a submission; it is nothing about the course.
    warnings.filterwarnings("ignore", module=r"nbgrader\.")


def apply(c: Any, course: Course) -> None:  # noqa: ANN401  # as configure
    """Write the settings of the course into a traitlets configuration."""
    set_course(course)
    _places(c, course)
    _steps(c)
    c.NbGrader.logfile = str(course.generated / "nbgrader.log")
    c.AssignLatePenalties.plugin_class = KIT + "late.LatePolicy"
    c.ExportApp.plugin_class = KIT + "export_plugin.GradeTableExport"
    c.ExportPlugin.to = str(course.generated / "grades.csv")
    if course.gradebook.exchange is not None:
        c.Exchange.root = str(course.gradebook.exchange)


def _places(c: Any, course: Course) -> None:  # noqa: ANN401  # as configure
    c.CourseDirectory.root = str(course.root)
    c.CourseDirectory.course_id = course.course_id
    c.CourseDirectory.db_url = database_url(course)
    c.CourseDirectory.source_directory = "assignments"
    for name in FOLDERS:
        setattr(c.CourseDirectory, f"{name}_directory", str((course.generated / name).relative_to(course.root)))
    c.CourseDirectory.ignore.extend(NEVER_COPIED)


def _steps(c: Any) -> None:  # noqa: ANN401  # as configure
    c.Autograde.exporter_class = KIT + "preprocessors.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        NBGRADER + name
        for name in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")
    ]
    # SaveScores stands for SaveAutoGrades as well: scores and comments of a submission are one transaction.
    c.Autograde.autograde_preprocessors = [
        KIT + "preprocessors.SandboxExecute",
        NBGRADER + "LimitOutput",
        KIT + "preprocessors.SaveScores",
        NBGRADER + "AssignLatePenalties",
        NBGRADER + "CheckCellMetadata",
    ]
    c.GenerateFeedback.preprocessors = [
        NBGRADER + "GetGrades",
        KIT + "preprocessors.HideSecrets",
        KIT + "feedback.AddReport",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    c.HTMLExporter.filters = {
        "markdown2html": KIT + "pages.markdown2html",
        "highlight_code": KIT + "pages.highlighted",
    }
