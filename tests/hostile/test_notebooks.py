"""Every notebook that attacks the grader is graded as any other, and earns nothing by it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from steepest.sandbox.limits import Wall, standing_walls

from . import books
from .arena import IMPATIENT, Arena, Graded

SLOW = {"loop_in_cell", "loop_in_call", "loop_without_its_leader", "threads", "output_flood", "numbers_flood"}
"""Attacks that burn the CPU time of several calls before they are stopped."""

WAITING = {"sleeps", "stops_itself"}
"""Attacks that are stopped by the limit of sleep."""

NEEDS_LANDLOCK = {"foreign_files", "foreign_writes", "proc", "message_to_the_next", "shell_magics", "frame_with_code"}
"""Attacks that only the wall of files stops everywhere; where it does not stand, no report says that it does."""

HONEST_ROUTES = {
    *("own_worker", "in_disguise", "direct_unless_counted", "blend", "second_chance", "denies_a_change"),
}
"""Ways to answer that no judge of answers can tell from an honest one, or need not: they earn what answers earn."""


def attacks(kind: str) -> list[object]:
    marks = {name: pytest.mark.slow for name in SLOW | WAITING}
    return [pytest.param(name, marks=marks.get(name, ())) for name in books.names(kind)]


@pytest.mark.hostile
@pytest.mark.parametrize("name", attacks("worthless"))
def test_attack_earns_no_more_than_zeros(arena: Arena, wrong: Graded, name: str) -> None:
    if name in NEEDS_LANDLOCK and Wall.LANDLOCK_FILES not in standing_walls():
        pytest.skip("this kernel has no Landlock")
    data = books.book("worthless", name, arena.places)
    graded = arena.grade(data, limits=IMPATIENT) if name in WAITING else arena.grade(data)
    assert graded.report.fault is None
    assert graded.report.points <= wrong.report.points


@pytest.mark.hostile
@pytest.mark.parametrize("name", attacks("answers"))
def test_answer_by_another_route_earns_no_more_than_an_honest_one(arena: Arena, right: Graded, name: str) -> None:
    graded = arena.grade(books.book("answers", name, arena.places))
    assert graded.report.fault is None
    if name in HONEST_ROUTES:
        assert graded.report.points == right.report.points
    else:
        assert graded.report.points < right.report.points


@pytest.mark.hostile
def test_answers_that_differ_between_workers_are_called_so(arena: Arena) -> None:
    graded = arena.grade(books.book("answers", "second_chance"))
    assert sum(result.nondeterministic for result in graded.report.properties) > 3


@pytest.mark.hostile
@pytest.mark.parametrize("name", ["direct_solver", "direct_spellings", "fabricated_history"])
def test_direct_solver_loses_the_points_for_descent(arena: Arena, name: str) -> None:
    graded = arena.grade(books.book("answers", name, arena.places))
    assert graded.points("test_three_steps_are_only_three_steps") == 0
    assert graded.points("test_well_conditioned_matrices") > 0


def test_controls_differ_by_what_a_right_answer_is_worth(right: Graded, wrong: Graded) -> None:
    assert right.report.points == right.report.max_points
    assert wrong.report.points < right.report.points / 2


def test_security_page_names_every_attack_and_no_test_that_is_gone() -> None:
    here = Path(__file__).parent
    page = (here.parent.parent / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z]+_\w+)`", page))
    files = here.parent.rglob("test_*.py")
    tests = {name for path in files for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))}
    notebooks = {name for kind in ("worthless", "answers") for name in books.names(kind)}
    assert {name for name in named if name.startswith("test_")} <= tests
    assert {name for name in named if not name.startswith("test_")} <= notebooks
    assert f": {len(notebooks)} readable notebooks in" in page
    assert {name for name in notebooks if name in books.names("worthless") and f"`{name}`" not in page} == set()
