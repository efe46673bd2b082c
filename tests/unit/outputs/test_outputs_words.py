"""The shared words: numbers that tell value and bound apart, one mark a verdict, medians as people count them."""

from __future__ import annotations

import math

import pytest

from steepest.model import Measurement, Verdict
from steepest.outputs.overview import median
from steepest.outputs.words import mark, measurement_text, number, word


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.5, 0.001, "e = 0.5, allowed: at most 0.001"),
        (0.00100400, 0.001, "e = 0.001004, allowed: at most 0.001"),
        (0.1 + 0.2, 0.3, "e = 0.30000000000000004, allowed: at most 0.29999999999999999"),
        (1.0, 1.0, "e = 1, allowed: at most 1"),
        (math.nan, 0.001, "e = nan, allowed: at most 0.001"),
        (math.inf, 1e-5, "e = inf, allowed: at most 1e-05"),
    ],
)
def test_a_value_just_above_its_bound_does_not_look_equal_to_it(value: float, bound: float, text: str) -> None:
    assert measurement_text(Measurement("e", value, bound)) == text


def test_a_lower_bound_is_said_to_be_one() -> None:
    assert measurement_text(Measurement("steps", 3, 10, at_least=True)) == "steps = 3, allowed: at least 10"


def test_marks_and_words_differ_for_every_verdict() -> None:
    assert len({mark(verdict) for verdict in Verdict}) == len({word(verdict) for verdict in Verdict}) == len(Verdict)
    assert all(len(mark(verdict)) == 1 for verdict in Verdict)


def test_a_negative_zero_is_zero() -> None:
    assert (number(-0.0), number(-3.0), number(1e-5)) == ("0", "-3", "1e-05")


@pytest.mark.parametrize(
    ("values", "middle"), [([], None), ([350], 350), ([100, 300, 200], 200), ([1, 2], 2), ([100, 250, 300, 0], 175)]
)
def test_the_median_is_the_middle_and_halves_go_up(values: list[int], middle: int | None) -> None:
    assert median(values) == middle
