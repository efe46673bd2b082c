"""A class in which some attack: the others get what they would have got without them."""

from __future__ import annotations

import pytest

from steepest.engine.local import Task, grade_all
from steepest.outputs.report_json import dump_report

from . import books
from .arena import Arena, Graded, control

ATTACKERS = ("exit_in_call", "frame_at_import", "disk", "processes", "pipes_closed", "crash")


@pytest.mark.hostile
@pytest.mark.slow
def test_class_with_attackers_is_graded_beside_them_as_without(arena: Arena, right: Graded, wrong: Graded) -> None:
    attacks = [Task(name.replace("_", "-"), books.book("worthless", name, arena.places)) for name in ATTACKERS]
    honest = [Task("neighbour", control("right")), Task("mallory", control("zeros"))]
    tasks = [*attacks[:3], *honest, *attacks[3:]]
    with arena.quiet():
        reports = {report.student: report for report in grade_all(arena.paper(), tasks, jobs=2)}
    assert set(reports) == {task.student for task in tasks}
    assert dump_report(reports["neighbour"]) == right.json
    assert dump_report(reports["mallory"]) == wrong.json
    assert all(report.fault is None for report in reports.values())
