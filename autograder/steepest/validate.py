"""Validating one's own notebook: the grading of a class, for one notebook, on matrices that everyone may know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from steepest.course import Assignment
from steepest.exam import practice_exam
from steepest.grade import Paper, grade
from steepest.model import YOU, GradeReport
from steepest.notebook import read_submission
from steepest.plugin import all_families, collect_properties
from steepest.sandbox.client import Zygote
from steepest.sandbox.limits import Wall


def practice_paper(assignment: Assignment, walls: Sequence[Wall]) -> Paper:
    """Return what grading on the practice exam needs."""
    families = all_families(collect_properties(assignment.properties))
    return Paper(assignment, practice_exam(assignment.id, families), tuple(walls))


def validate(assignment: Assignment, notebook: Path, walls: Sequence[Wall]) -> GradeReport:
    """Return the report that grading would give on the practice exam; nothing is written and nothing is sent.

    Without ``walls`` the notebook runs in this very process, without limits.

    Raises:
        NotebookError: The file cannot be read.
    """
    data = read_submission(notebook)
    paper = practice_paper(assignment, walls)
    if not walls:
        return grade(paper, YOU, data, None)
    with Zygote() as zygote:
        return grade(paper, YOU, data, zygote)
