"""Pictures are well-formed, say what they show in words, and take any number that a descent can produce."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from steepest.model import Curve
from steepest.outputs.heat_map import LEVELS, heat_map
from steepest.outputs.line_chart import MOST_BUCKETS, line_chart

SVG = "{http://www.w3.org/2000/svg}"
ANY_NUMBER = st.floats(allow_nan=True, allow_infinity=True)


def parsed(picture: Markup) -> ET.Element:
    """Return the picture as XML, which fails unless every tag is closed and every text escaped."""
    return ET.fromstring(str(picture))


def texts(picture: Markup) -> list[str]:
    """Return every label of a picture."""
    return [element.text or "" for element in parsed(picture).iter(f"{SVG}text")]


def lines(picture: Markup) -> list[str]:
    """Return the path of each curve, legend samples left out."""
    paths = [p for p in parsed(picture).iter(f"{SVG}path") if (p.get("class") or "").startswith("line")]
    return [p.get("d", "") for p in paths if not re.fullmatch(r"M[\d. ]+h28", p.get("d", ""))]


def heights(path: str) -> list[float]:
    """Return the y coordinates of a path's points."""
    return [float(y) for y in re.findall(r"[ML][\d.]+ (-?[\d.]+)", path)]


def squares(picture: Markup) -> list[str]:
    """Return the colour classes of the squares, without those of the scale below."""
    return [r.get("class", "") for r in parsed(picture).iter(f"{SVG}rect")][: -(2 * LEVELS + 1)]


@given(st.lists(st.lists(ANY_NUMBER, min_size=3, max_size=3), max_size=8), st.text(max_size=30))
def test_any_matrix_makes_a_well_formed_heat_map(rows: list[list[float]], title: str) -> None:
    root = parsed(heat_map(tuple(map(tuple, rows)), title))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    assert not re.search(r'"[^"]*(nan|inf|e[+-]\d)[^"]*"', " ".join(_numbers_of(root)))


@given(st.lists(st.lists(ANY_NUMBER, max_size=30), max_size=8), st.text(max_size=30))
def test_any_curves_make_a_well_formed_chart(curves: list[list[float]], title: str) -> None:
    root = parsed(line_chart([Curve(title, tuple(values)) for values in curves], title))
    assert root.get("role") == "img"
    assert not re.search(r"nan|inf|e[+-]\d", " ".join(_numbers_of(root)))


def _numbers_of(root: ET.Element) -> list[str]:
    """Return every attribute that holds coordinates."""
    return [
        value for e in root.iter() for key, value in e.items() if key in {"d", "x", "y", "width", "height", "viewBox"}
    ]


def test_signs_have_opposite_colours_and_zero_has_none() -> None:
    assert squares(heat_map(((1.0, -1.0), (0.0, 0.5)), "X M - I")) == ["warm8", "cold8", "warm0", "warm4"]


def test_a_matrix_of_zeros_has_no_colour() -> None:
    picture = heat_map(((0.0, 0.0),), "X M - I")
    assert squares(picture) == ["warm0", "warm0"]
    assert texts(picture)[-2:] == ["0", ""], "a scale that names zero alone"


def test_lost_entries_are_crossed_out_and_do_not_set_the_scale() -> None:
    picture = heat_map(((math.nan, math.inf), (2.0, -1.0)), "X")
    assert squares(picture) == ["lost", "lost", "warm8", "cold4"]
    assert str(picture).count('class="cross"') == 2
    assert texts(picture)[:4] == ["nan", "inf", "2", "-1"]


def test_the_largest_float_does_not_overflow() -> None:
    assert squares(heat_map(((1.7e308, -1.7e308),), "X")) == ["warm8", "cold8"]


def test_a_heat_map_says_in_words_where_the_largest_entry_is() -> None:
    title = parsed(heat_map(((0.0, 0.25), (-0.5, 0.0)), "X M - I")).get("aria-label")
    assert title == "X M - I: 2 x 2 heat map, largest entry -0.5 in row 2, column 1"


def test_a_small_matrix_shows_its_numbers_and_a_large_one_does_not() -> None:
    assert "0.25" in texts(heat_map(((0.25,) * 6,) * 6, "X"))
    assert "0.25" not in texts(heat_map(((0.25,) * 7,) * 7, "X"))[:-3]


def test_a_huge_matrix_is_reduced_to_its_worst_entries_and_says_so() -> None:
    rows = [[0.0] * 100 for _ in range(100)]
    rows[57][99] = -3.0
    picture = heat_map(tuple(map(tuple, rows)), "X")
    assert len(squares(picture)) == 34 * 34
    assert squares(picture).count("cold8") == 1
    assert "each square: the largest of 3 x 3 entries" in texts(picture)


@pytest.mark.parametrize("rows", [(), ((),), ((), (1.0,))])
def test_an_empty_matrix_is_said_to_be_empty(rows: tuple[tuple[float, ...], ...]) -> None:
    assert texts(heat_map(rows, "X")) == ["an empty matrix"]


def test_a_geometric_curve_is_a_straight_line_on_a_logarithmic_axis() -> None:
    (path,) = lines(line_chart([Curve("losses", (1.0, 0.1, 0.01, 0.001))], "Loss"))
    steps = [b - a for a, b in itertools.pairwise(heights(path))]
    assert steps == pytest.approx([steps[0]] * 3, abs=0.05)
    assert steps[0] > 0, "a falling loss goes down the page"


def test_the_axis_names_powers_of_ten() -> None:
    assert {"1", "10⁻¹", "10⁻²"} <= set(texts(line_chart([Curve("losses", (1.0, 0.01))], "Loss")))


def test_what_cannot_be_drawn_leaves_a_gap_and_is_told() -> None:
    values = (1.0, 0.5, math.nan, math.inf, -1.0, 0.25)
    picture = line_chart([Curve("losses", values)], "Loss")
    (path,) = lines(picture)
    assert path.count("M") == 2
    assert "losses: 3 of 6 values are NaN, infinite or negative, first at step 2" in texts(picture)


def test_zeros_stand_on_the_lower_edge_and_are_told() -> None:
    picture = line_chart([Curve("losses", (1.0, 0.1, 0.0))], "Loss")
    (path,) = lines(picture)
    assert heights(path)[2] == pytest.approx(212)
    assert heights(path)[1] < 212, "a positive value never stands where a zero stands"
    assert "losses: 1 of 3 values are zero, drawn on the lower edge" in texts(picture)


@pytest.mark.parametrize("curves", [[], [Curve("losses", ())], [Curve("losses", (math.nan, 0.0))]])
def test_nothing_to_draw_is_said(curves: Sequence[Curve]) -> None:
    assert texts(line_chart(curves, "Loss"))[0] == "no positive finite value to draw"


def test_ten_thousand_points_are_thinned_without_losing_a_spike() -> None:
    values = [1.0] * 10_000
    values[4321] = 1e6
    picture = line_chart([Curve("losses", tuple(values))], "Loss")
    (path,) = lines(picture)
    assert len(heights(path)) <= 4 * MOST_BUCKETS
    assert min(heights(path)) == pytest.approx(12)
    assert len(picture) < 20_000


def test_the_full_range_of_floats_fits() -> None:
    (path,) = lines(line_chart([Curve("losses", (5e-324, 1.7e308))], "Loss"))
    assert all(12 <= y <= 212 for y in heights(path))


def test_losses_far_below_rounding_do_not_flatten_the_rest() -> None:
    picture = line_chart([Curve("losses", (1.0, 1e-20, 1e-300, 0.0))], "Loss")
    (path,) = lines(picture)
    assert heights(path) == pytest.approx([12, 112, 212, 212])
    assert "losses: 2 of 4 values are below 10⁻⁴⁰, drawn on the lower edge" in texts(picture)


def test_curves_that_are_tiny_throughout_are_still_drawn() -> None:
    (path,) = lines(line_chart([Curve("losses", (1e-60, 1e-65))], "Loss"))
    assert heights(path) == pytest.approx([12, 212])


def test_every_curve_stands_in_the_legend_and_differs_without_colour() -> None:
    curves = [Curve(f"curve {i}", (1.0, 0.1)) for i in range(8)]
    picture = line_chart(curves, "Loss")
    found = [p for p in parsed(picture).iter(f"{SVG}path") if (p.get("class") or "").startswith("line")]
    assert len({p.get("stroke-dasharray") for p in found}) == 6
    assert {f"curve {i}" for i in range(6)} <= set(texts(picture))
    assert "2 more curves are not drawn" in texts(picture)


def test_a_chart_says_in_words_where_each_curve_ends() -> None:
    picture = line_chart([Curve("losses", (1.0, 0.1)), Curve("predicted", (1.0, 0.01))], "Loss")
    assert parsed(picture).get("aria-label") == "Loss: losses from 1 to 0.1, predicted from 1 to 0.01"
