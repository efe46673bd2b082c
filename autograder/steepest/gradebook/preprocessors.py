"""The kit's steps in nbgrader's autograding: read what was handed in, grade it in the sandbox, save the scores.

nbgrader makes these objects anew for every notebook and every pass. A test cell never runs: the sandbox gets the code
of the submission's own file, and none of what nbgrader puts back into the notebook.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum

from steepest._source_notebook import without_secrets
from steepest.course import Assignment
from steepest.errors import GradebookError, NotebookError
from steepest.gradebook.database import one_transaction, opened
from steepest.gradebook.executed import SourceCell, filled, repaired
from steepest.gradebook.grading import digest, graded_report
from steepest.gradebook.open_course import current_course
from steepest.gradebook.rows import release_cells, save
from steepest.gradebook.writing import writers_turn
from steepest.model import GradeReport
from steepest.notebook import read_submission

REPORT = "steepest_report"
"""Where a step leaves the report for the next one, in nbconvert's resources."""

Resources = Any
Step = tuple[Any, Resources]


class SubmissionExporter(NotebookExporter):
    """Reads a submission as bytes that nobody trusts; nbgrader's own reader stops at the first oddity."""

    def from_filename(self, filename: str, resources: Resources = None, **kw: Any) -> Step:  # noqa: ANN401
        """Return the notebook that nbgrader goes on with: the submission repaired, or its own work as it is."""
        if resources is None or not _is_submission(_coursedir(self), Path(filename), resources):
            return super().from_filename(filename, resources=resources, **kw)
        assignment, release = _assignment(resources), _release(self.parent, resources)
        if Path(filename).stem != assignment.notebook.stem:
            raise GradebookError(
                f"{filename} is not the notebook of {assignment.id}, which is {assignment.notebook.name}"
            )
        notebook = nbformat.from_dict(repaired(_read(Path(filename)), release))
        named = resources | {"metadata": {"name": assignment.notebook.stem, "path": str(Path(filename).parent)}}
        named["metadata"]["modified_date"] = datetime.now(UTC).date().isoformat()
        made: Step = NotebookExporter.from_notebook_node(self, notebook, resources=named, **kw)
        return made


class SandboxExecute(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Takes the place of ``Execute``: grades the submitted file in the sandbox, or takes the report that exists."""

    only = Enum(
        ("", "new"),
        default_value="",
        help="new: a report that only the course or the kit put out of date is taken as it is",
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Resources) -> Step:  # noqa: ANN401  # nbconvert's own signature
        """Return the notebook with what its cells showed and what its test cells are worth."""
        assignment = _assignment(resources)
        data = _read(_submitted(self, resources))
        report = graded_report(current_course(), assignment, _student(resources), data, only_new=self.only == "new")
        if report.fault is not None:
            self.log.error("%s was not graded, and needs a person: %s", report.student, report.fault)
        resources[REPORT] = report
        return nbformat.from_dict(filled(nb, report, _release(self.parent.parent, resources))), resources


class SaveScores(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Takes the place of ``SaveAutoGrades``: writes scores and comments in one transaction, row by row."""

    def preprocess(self, nb: Any, resources: Resources) -> Step:  # noqa: ANN401  # nbconvert's own signature
        """Return the notebook unchanged.

        Raises:
            GradebookError: The database refuses, or another notebook was handed in meanwhile.
        """
        report: GradeReport = resources[REPORT]
        course, assignment = current_course(), _assignment(resources)
        with writers_turn(course), opened(course, _url(resources)) as gradebook, one_transaction(gradebook):
            if digest(_read(_submitted(self, resources))) != report.provenance.notebook_sha256:
                raise GradebookError(f"{report.student} handed in anew while being graded. Try: the same command again")
            change = save(gradebook, course, assignment, report, nb, release_cells(gradebook, assignment))
        if change is not None:
            self.log.warning("a published score changed: %s", change.text)
        return nb, resources


class HideSecrets(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Takes mark schemes and hidden tests out of feedback: the database has them, students have not."""

    def preprocess_cell(self, cell: Any, resources: Resources, index: int) -> Step:  # noqa: ANN401  # as preprocess
        """Return the cell without its secret regions."""
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = without_secrets(cell.source)
        return cell, resources


def _submitted(step: Any, resources: Resources) -> Path:  # noqa: ANN401  # any of the classes above
    """Return the file that was handed in; the one in ``autograded`` has nbgrader's own cells in it."""
    coursedir = step.parent.parent.coursedir
    return _submitted_folder(coursedir, resources) / f"{resources['nbgrader']['notebook']}.ipynb"


def _submitted_folder(coursedir: Any, resources: Resources) -> Path:  # noqa: ANN401  # nbgrader has no types
    names = resources["nbgrader"]
    return Path(coursedir.format_path(coursedir.submitted_directory, names["student"], names["assignment"]))


def _coursedir(exporter: Any) -> Any:  # noqa: ANN401  # nbgrader has no types
    return exporter.parent.coursedir


def _is_submission(coursedir: Any, path: Path, resources: Resources) -> bool:  # noqa: ANN401  # nbgrader has no types
    return path.parent == _submitted_folder(coursedir, resources)


def _read(path: Path) -> bytes | NotebookError:
    try:
        return read_submission(path)
    except NotebookError as error:
        return error


def _assignment(resources: Resources) -> Assignment:
    return current_course().assignment(resources["nbgrader"]["assignment"])


def _student(resources: Resources) -> str:
    return str(resources["nbgrader"]["student"])


def _url(resources: Resources) -> str:
    return str(resources["nbgrader"]["db_url"])


_releases: WeakKeyDictionary[Any, dict[str, tuple[SourceCell, ...]]] = WeakKeyDictionary()
"""What was read of a release, by the run of nbgrader that asked."""


def _release(converter: Any, resources: Resources) -> tuple[SourceCell, ...]:  # noqa: ANN401  # nbgrader has no types
    """Return the cells of the release, read once in a run: 30 ms of CPU time; `SaveScores` reads them again."""
    assignment = _assignment(resources)
    known = _releases.setdefault(converter, {})
    if assignment.id not in known:
        with opened(current_course(), _url(resources)) as gradebook:
            known[assignment.id] = release_cells(gradebook, assignment)
    return known[assignment.id]
