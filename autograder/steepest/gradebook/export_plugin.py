"""``nbgrader export`` with the kit's own table: quoted, defused, with exercises, properties, what needs a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.plugins.export import ExportPlugin

from steepest.gradebook.open_course import current_course
from steepest.gradebook.standings import standings
from steepest.outputs.grade_table import grade_table
from steepest.outputs.report_json import write_atomic


class GradeTableExport(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Writes ``grades.csv``, or what ``--to`` names; ``--student`` and ``--assignment`` choose rows."""

    def export(self, gradebook: Any) -> None:  # noqa: ANN401
        """Write the table of the gradebook."""
        target = Path(self.to or "grades.csv")
        wanted = [list(map(str, names)) for names in (self.assignment, self.student)]
        self.log.info("Exporting grades to %s", target)
        table = grade_table(tuple(standings(current_course(), gradebook, *wanted)))
        write_atomic(target.absolute(), table.encode("utf-8"))
