"""A drawing of an interactive chart, for pages that run no scripts: lines and heat maps, as plain as can be.

The chart comes from a student's cell. Only numbers and names are taken from it, and all of them are drawn anew.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from steepest import json_scan
from steepest.outputs.heat_map import heat_map
from steepest.outputs.svg import label, picture, tag
from steepest.text import one_line

MIME = "application/vnd.plotly.v1+json"
MOST_TRACES = 12
MOST_POINTS = 1000
MAX_DEPTH = 20
MAX_VALUES = 500_000
"""A figure of more is not drawn; plotly's own template has 560 values, and four curves of 50,000 steps have 400,000."""

_WIDTH, _HEIGHT, _LEFT, _TOP = 560.0, 260.0, 60.0, 30.0
_COLOURS = ("#0a5fa8", "#b8500a", "#00795a", "#8f3b76", "#4b5563", "#7a6400")

Line = tuple[str, list[float], list[float]]


def drawings(text: str) -> list[Markup]:
    """Return pictures of a plotly figure given as JSON: one of all its lines, one for each heat map; maybe none."""
    try:
        json_scan.check(text, max_depth=MAX_DEPTH, max_values=MAX_VALUES)
        figure = json.loads(text)
        traces = [trace for trace in figure["data"] if isinstance(trace, dict)][:MOST_TRACES]
        lines = [line for trace in traces if (line := _line(trace)) is not None]
        log = (figure.get("layout") or {}).get("yaxis", {}).get("type") == "log"
        title = one_line(str(((figure.get("layout") or {}).get("title") or {}).get("text") or "chart"), 80)
        return [*([_chart(lines, title, log=log)] if lines else []), *_maps(traces, title)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return []


def _line(trace: dict[str, Any]) -> Line | None:
    """Return the name and the points of a trace of lines or markers; None for any other."""
    if trace.get("type", "scatter") not in ("scatter", "scattergl") or "y" not in trace:
        return None
    y = _numbers(trace["y"]).ravel()
    x = _numbers(trace["x"]).ravel() if "x" in trace else np.arange(len(y), dtype=float)
    size = min(len(x), len(y))
    chosen = np.unique(np.linspace(0, size - 1, min(size, MOST_POINTS)).astype(int)) if size else np.empty(0, dtype=int)
    return one_line(str(trace.get("name") or ""), 40), x[chosen].tolist(), y[chosen].tolist()


def _maps(traces: Sequence[dict[str, Any]], title: str) -> Iterator[Markup]:
    for trace in traces:
        values: Any = _numbers(trace["z"]) if trace.get("type") == "heatmap" and "z" in trace else np.empty(0)
        if values.ndim == 2 and 0 < values.size <= 10_000:
            yield heat_map(tuple(tuple(float(value) for value in row) for row in values.tolist()), title)


def _numbers(value: Any) -> Any:  # noqa: ANN401  # an array of any shape
    """Return plotly's numbers: a list, or bytes in base64 with their dtype and shape."""
    if not isinstance(value, dict):
        return np.asarray(value, dtype=float)
    array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=np.dtype(str(value["dtype"]))).astype(float)
    shape = str(value.get("shape", "")).strip("()")
    return array.reshape([int(side) for side in shape.split(",") if side.strip()]) if shape else array


def _chart(lines: Sequence[Line], title: str, *, log: bool) -> Markup:
    """Return all lines in one frame, with the least and the largest value at its corners."""
    scaled = [(name, x, [_height(value, log=log) for value in y]) for name, x, y in lines]
    xs = [v for _, x, y in scaled for v, w in zip(x, y, strict=True) if math.isfinite(v) and math.isfinite(w)]
    ys = [w for _, x, y in scaled for v, w in zip(x, y, strict=True) if math.isfinite(v) and math.isfinite(w)]
    if not xs:
        return picture(_WIDTH, 24, title, [label(4, 16, f"{title}: nothing finite to draw")])
    box = (
        min(xs),
        max(xs) if max(xs) > min(xs) else min(xs) + 1,
        min(ys),
        max(ys) if max(ys) > min(ys) else min(ys) + 1,
    )
    content = [label(_LEFT, 16, title), *_corners(box, log=log)]
    for place, (name, x, y) in enumerate(scaled):
        colour = _COLOURS[place % len(_COLOURS)]
        points = " ".join(
            f"{_LEFT + (_WIDTH - _LEFT - 12) * (v - box[0]) / (box[1] - box[0]):.1f},"
            f"{_TOP + _HEIGHT * (box[3] - w) / (box[3] - box[2]):.1f}"
            for v, w in zip(x, y, strict=True)
            if math.isfinite(v) and math.isfinite(w)
        )
        content.append(tag("polyline", points=points, fill="none", stroke=colour, stroke_width=1.5))
        content.append(label(_LEFT, _TOP + _HEIGHT + 34 + 14 * place, name or f"line {place + 1}", fill=colour))
    return picture(_WIDTH, _TOP + _HEIGHT + 40 + 14 * len(scaled), title, content)


def _height(value: float, *, log: bool) -> float:
    if not log:
        return value
    return math.log10(value) if value > 0 else math.nan


def _corners(box: tuple[float, float, float, float], *, log: bool) -> Iterator[Markup]:
    low, high = (10 ** box[2], 10 ** box[3]) if log else (box[2], box[3])
    yield tag("rect", x=_LEFT, y=_TOP, width=_WIDTH - _LEFT - 12, height=_HEIGHT, fill="none", stroke="#c9ced8")
    yield label(_LEFT - 4, _TOP + 10, f"{high:.3g}", anchor="end")
    yield label(_LEFT - 4, _TOP + _HEIGHT, f"{low:.3g}", anchor="end")
    yield label(_LEFT, _TOP + _HEIGHT + 16, f"{box[0]:.3g}")
    yield label(_WIDTH - 12, _TOP + _HEIGHT + 16, f"{box[1]:.3g}", anchor="end")
