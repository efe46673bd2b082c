"""The file of properties as a rubric: points, exercises, one line each, nothing that a student could not read."""

from __future__ import annotations

import pytest

from .exam import PROPERTIES, Property, load_properties

ALL = load_properties()


def test_points_of_each_exercise_sum_to_those_of_its_cell() -> None:
    sums: dict[str, float] = {}
    for asked in ALL:
        sums[asked.exercise] = sums.get(asked.exercise, 0) + asked.points
    assert sums == {"safe_learning_rate": 4, "calculate_inverse": 24, "convergence": 8}


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.name)
def test_property_has_one_line_for_the_student(asked: Property) -> None:
    assert asked.title.endswith(".")
    assert "\n" not in asked.title
    assert len(asked.title) <= 120


def test_file_needs_only_what_students_have() -> None:
    imports = [line for line in PROPERTIES.read_text().splitlines() if line.startswith(("import ", "from "))]
    assert {line.split()[1].split(".")[0] for line in imports} == {"numpy", "pytest", "hypothesis", "steepest"}


def test_names_of_properties_are_unique() -> None:
    assert len({asked.name for asked in ALL}) == len(ALL)
