"""What a late submission costs: the policy of course.yml, as nbgrader's plugin for late penalties."""

from __future__ import annotations

import math

from nbgrader.plugins import BasePlugin

from steepest._course_file import LateEntry
from steepest.gradebook.open_course import current_course

DAY_S = 86_400


def late_penalty(late: LateEntry, score: float, seconds_late: float) -> float | None:
    """Return how many points a late submission loses, rounded to hundredths; None if nothing is lost.

    Each day that has begun costs ``percent`` of the points that were earned, for at most ``max_days`` days.
    """
    if late.policy != "per_day" or late.percent is None or late.max_days is None or seconds_late <= 0 or score <= 0:
        return None
    days = min(math.ceil(seconds_late / DAY_S), late.max_days)
    return round(min(score, score * late.percent / 100 * days), 2)


class LatePolicy(BasePlugin):  # type: ignore[misc]  # nbgrader has no types
    """The policy of the assignment that is being graded, for ``AssignLatePenalties.plugin_class``."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that are taken off."""
        assignment = current_course().assignment(self.parent.assignment_id)
        return late_penalty(assignment.late, score, total_seconds_late)
