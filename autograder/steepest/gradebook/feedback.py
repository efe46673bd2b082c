"""The pages that students read: nbgrader's and the kit's, made together from the same rows, so that they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from steepest.course import Assignment, Course
from steepest.errors import GradebookError, SteepestError
from steepest.grade_class import graded_folder
from steepest.gradebook.database import nbgrader_api, opened, quiet
from steepest.gradebook.executed import attempt_digest, attempt_of
from steepest.gradebook.folders import folders_of
from steepest.gradebook.open_course import current_course
from steepest.gradebook.pages import markdown2html
from steepest.model import GradeReport
from steepest.outputs.final import FinalCell, FinalScore
from steepest.outputs.html import render_report
from steepest.outputs.report_json import load_report

PAGE = "report.html"
LOG_LINES = 12

nbgrader_api()
from nbgrader.preprocessors import NbGraderPreprocessor  # noqa: E402  # quickly, now that the module above is there


@dataclass(frozen=True)
class Made:
    """The pages that were made, and the students at whom a person still has to look."""

    pages: tuple[Path, ...]
    waiting: tuple[str, ...]


def make_feedback(course: Course, assignment: Assignment, students: Sequence[str] = ()) -> Made:
    """Return the pages of an assignment (of all students, or of some), made anew by nbgrader itself.

    Raises:
        GradebookError: Nothing was graded yet, or nbgrader failed; the end of its log is in the text.
    """
    with quiet():
        from nbgrader.apps.api import NbGraderAPI

        folders = folders_of(course)
        api = NbGraderAPI(folders.coursedir, config=folders.config)
        for student in students or ["*"]:
            result = api.generate_feedback(assignment.id, student_id=student, force=True)
            if not result["success"]:
                log = (result.get("log") or result.get("error") or "no log").splitlines()
                telling = [line for line in log if line.strip() and not line.startswith(("[INFO]", "      "))]
                raise GradebookError("\n  ".join(["nbgrader could not make the pages:", *telling[-LOG_LINES:]]))
    with opened(course) as gradebook:
        rows = [row for row in gradebook.assignment_submissions(assignment.id)]
        chosen = [row for row in rows if not students or row.student.id in students]
        waiting = tuple(sorted(row.student.id for row in chosen if row.needs_manual_grade))
        names = sorted(row.student.id for row in chosen)
    found = [page for name in names for page in sorted(folders.feedback(name, assignment.id).glob("*.html"))]
    return Made(tuple(found), waiting)


class AddReport(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Writes the kit's page beside nbgrader's, with the scores and comments that the gradebook has at this moment."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:  # noqa: ANN401  # nbconvert's own signature
        """Return the notebook unchanged; the page is among the outputs of ``resources``."""
        names = resources["nbgrader"]
        course = current_course()
        assignment = course.assignment(names["assignment"])
        report = _report(course, assignment, names["student"], attempt_of(nb))
        if report is None:
            self.log.warning("no report of the kit fits the executed notebook of %s; grade again", names["student"])
            return nb, resources
        with opened(course, names["db_url"]) as gradebook:
            final = final_score(gradebook, assignment, report.student)
        page = render_report(report, course.title, assignment.title, final)
        resources.setdefault("outputs", {})[PAGE] = page.encode()
        return nb, resources


def final_score(gradebook: Any, assignment: Assignment, student: str) -> FinalScore:  # noqa: ANN401  # as preprocess
    """Return the score of a submission as the gradebook has it, comments made safe for a page."""
    rows = gradebook.find_submission_notebook(assignment.notebook.stem, assignment.id, student)
    penalty = rows.late_submission_penalty or 0.0
    cells = tuple(sorted((_cell(grade) for grade in rows.grades), key=lambda cell: cell.name))
    comments = sorted((row.name, row.comment) for row in rows.comments if row.comment)
    shown = tuple((name, Markup(markdown2html(text))) for name, text in comments)
    return FinalScore(cells, shown, penalty, rows.score - penalty, rows.max_score)


def _cell(grade: Any) -> FinalCell:  # noqa: ANN401  # as preprocess
    return FinalCell(
        grade.name,
        grade.score,
        grade.max_score,
        by_person=grade.manual_score is not None,
        needs_person=bool(grade.needs_manual_grade),
        extra_credit=grade.extra_credit or 0.0,
    )


def _report(course: Course, assignment: Assignment, student: str, attempt: str | None) -> GradeReport | None:
    """Return the report that belongs to an executed notebook; None if there is none, or a later one."""
    try:
        report = load_report((graded_folder(course, assignment) / student / "report.json").read_bytes())
    except (OSError, SteepestError):
        return None
    return report if attempt_digest(report) == attempt else None
