"""Curves over the steps of a descent, on a logarithmic axis: a measured loss beside the predicted one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from steepest.model import Curve
from steepest.outputs.svg import label, picture, short, tag
from steepest.text import one_line

MOST_CURVES = 6
MOST_BUCKETS = 240

_DEEPEST = -40  # a loss below 1e-40 is rounding; drawing it would flatten everything that matters
# Narrow, with large letters: a phone shows it at four fifths of its size.
_WIDTH, _LEFT, _RIGHT, _TOP, _PLOT_HEIGHT, _FONT_SIZE = 420.0, 62.0, 408.0, 12.0, 200.0, 13
# Okabe and Ito's colours, darkened for text-like lines on white; dashes tell the curves apart without any colour.
_STROKES = ("#0a5fa8", "#b8500a", "#00795a", "#8f3b76", "#4b5563", "#7a6400")
_DASHES = (None, "7 4", "2 3", "9 3 2 3", "12 4", "4 2")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Point = tuple[int, float]


@dataclass(frozen=True)
class _Frame:
    """Where a value of a curve stands in the picture: ``low`` and ``high`` are whole powers of ten."""

    last: int
    low: int
    high: int

    def x(self, step: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * step / self.last

    def y(self, value: float) -> float:
        """Return the height of a value; what is below the lower edge stands on it."""
        return self.level(max(math.log10(value), self.low) if value > 0 else self.low)

    def level(self, exponent: float) -> float:
        """Return the height of a power of ten."""
        return _TOP + _PLOT_HEIGHT * (self.high - exponent) / (self.high - self.low)


def line_chart(curves: Sequence[Curve], title: str, *, x_label: str = "step", y_label: str = "loss") -> Markup:
    """Return the curves over their steps, counted from 0, with a logarithmic axis and a legend.

    Long curves are thinned to the extremes of each stretch. Values that a logarithmic axis cannot show (NaN, infinite,
    negative) leave gaps, zeros and what is below 1e-40 stand on the lower edge, and a line below says how many.
    """
    shown = curves[:MOST_CURVES]
    words = one_line(title, 80)
    frame = _frame(shown)
    notes = [note for curve in shown for note in _notes(curve, frame)]
    if len(curves) > len(shown):
        notes.append(f"{len(curves) - len(shown)} more curves are not drawn")
    if frame is None:
        notes = ["no positive finite value to draw", *notes]
        return picture(_WIDTH, 16.0 * len(notes) + 8, f"{words}: {notes[0]}", _lines(notes, 14), _FONT_SIZE)
    legend_top = _TOP + _PLOT_HEIGHT + 50
    legend = [part for place, curve in enumerate(shown) for part in _legend(place, curve, legend_top)]
    notes_top = legend_top + 18 * len(shown) + 4
    lines = [_line(place, curve, frame) for place, curve in enumerate(shown)]
    content = [*_axes(frame, x_label, y_label), *lines, *legend, *_lines(notes, notes_top)]
    return picture(_WIDTH, notes_top + 16 * len(notes), f"{words}: {_summary(shown)}", content, _FONT_SIZE)


def dark_rules() -> str:
    """Return the CSS rules that recolour charts for a dark page."""
    strokes = ("#6cb6ff", "#ffa657", "#56d3a8", "#e29bd0", "#aab4c3", "#e3cf5b")
    return "".join(f".line{place}{{stroke:{stroke}}}" for place, stroke in enumerate(strokes))


def _frame(curves: Iterable[Curve]) -> _Frame | None:
    """Return the frame of all curves; None without a positive finite value."""
    values = [value for curve in curves for value in curve.values if 0 < value < math.inf]
    if not values:
        return None
    last = max(len(curve.values) for curve in curves) - 1
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    zeros = any(value == 0 for curve in curves for value in curve.values)
    low = max(low - zeros, min(_DEEPEST, high - 10))
    return _Frame(max(last, 1), low, max(high, low + 1))


def _drawable(value: float) -> bool:
    return 0 <= value < math.inf


def _thinned(values: Sequence[float]) -> list[list[Point]]:
    """Return at most 240 stretches of a curve in order, each as its lowest and highest point; empty where none is."""
    size = -(-len(values) // MOST_BUCKETS) or 1
    return [_extremes(start, values[start : start + size]) for start in range(0, len(values), size)]


def _extremes(start: int, values: Sequence[float]) -> list[Point]:
    points = [(step, value) for step, value in enumerate(values, start) if _drawable(value)]
    if not points:
        return []
    edges = {points[0], min(points, key=_value), max(points, key=_value), points[-1]}
    return sorted(edges)


def _value(point: Point) -> float:
    return point[1]


def _line(place: int, curve: Curve, frame: _Frame) -> Markup:
    """Return one curve as a path; a lone point between two gaps is drawn as a dot."""
    parts: list[str] = []
    pen = "M"
    for stretch in _thinned(curve.values):
        for step, value in stretch:
            parts.append(f"{pen}{short(frame.x(step))} {short(frame.y(value))}" + ("h0" if pen == "M" else ""))
            pen = "L"
        pen = pen if stretch else "M"
    return _stroke("".join(parts), place)


def _stroke(path: str, place: int) -> Markup:
    shape = {"stroke_linecap": "round", "stroke_linejoin": "round", "fill": "none"}
    dashes = _DASHES[place]
    return tag(
        "path", d=path, class_=f"line{place}", stroke=_STROKES[place], stroke_width=2, stroke_dasharray=dashes, **shape
    )


def _legend(place: int, curve: Curve, top: float) -> list[Markup]:
    x, y = _LEFT, top + 18 * place
    return [_stroke(f"M{short(x)} {short(y - 4)}h28", place), label(x + 36, y, one_line(curve.name, 34))]


def _axes(frame: _Frame, x_label: str, y_label: str) -> list[Markup]:
    bottom = _TOP + _PLOT_HEIGHT
    parts: list[Markup] = []
    for exponent in _ticks(frame.low, frame.high, 7):
        y = frame.level(exponent)
        parts += [
            _rule(f"M{short(_LEFT)} {short(y)}H{short(_RIGHT)}"),
            label(_LEFT - 8, y + 4, _power(exponent), anchor="end"),
        ]
    for step in _ticks(0, frame.last, 5):
        x = frame.x(step)
        parts += [_rule(f"M{short(x)} {short(bottom)}v5"), label(x, bottom + 18, str(step), anchor="middle")]
    middle = _TOP + _PLOT_HEIGHT / 2
    turned = tag(
        "text", y_label, transform=f"translate(11 {short(middle)}) rotate(-90)", text_anchor="middle", class_="ink"
    )
    return [*parts, label(_RIGHT, bottom + 32, x_label, anchor="end"), turned]


def _rule(path: str) -> Markup:
    return tag("path", d=path, class_="rule", stroke="#d5d9e0", fill="none")


def _ticks(low: int, high: int, most: int) -> list[int]:
    """Return at most ``most`` round whole numbers from ``low`` to ``high``: 1, 2 or 5 times a power of ten apart."""
    step = next(s for power in range(20) for s in (10**power, 2 * 10**power, 5 * 10**power) if (high - low) // s < most)
    return list(range(-(-low // step) * step, high + 1, step))


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else "10" + str(exponent).translate(_SUPERSCRIPTS)


def _notes(curve: Curve, frame: _Frame | None) -> list[str]:
    """Return what the axes cannot show of a curve, in words."""
    name = one_line(curve.name, 34)
    total = len(curve.values)
    lost = [step for step, value in enumerate(curve.values) if not _drawable(value)]
    lowest = 10.0**frame.low if frame is not None else 0.0
    below = [value for value in curve.values if 0 <= value < lowest or value == 0]
    notes = []
    if lost:
        notes.append(f"{name}: {len(lost)} of {total} values are NaN, infinite or negative, first at step {lost[0]}")
    if below:
        words = f"below {_power(frame.low)}" if frame is not None and any(below) else "zero"
        notes.append(f"{name}: {len(below)} of {total} values are {words}, drawn on the lower edge")
    return notes


def _lines(texts: Sequence[str], top: float) -> list[Markup]:
    return [label(_LEFT, top + 16 * place, text) for place, text in enumerate(texts)]


def _summary(curves: Sequence[Curve]) -> str:
    """Return where each curve starts and ends, for those who do not see the picture."""
    ends = [(one_line(curve.name, 34), curve.values[0], curve.values[-1]) for curve in curves if curve.values]
    return ", ".join(f"{name} from {first:.3g} to {last:.3g}" for name, first, last in ends)
