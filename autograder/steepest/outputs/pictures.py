"""The pictures of a counterexample: where an answer is off, and how the losses went."""

from __future__ import annotations

from markupsafe import Markup

from steepest.model import Counterexample
from steepest.outputs.heat_map import heat_map
from steepest.outputs.line_chart import line_chart
from steepest.text import one_line


def pictures(example: Counterexample) -> list[tuple[str, Markup]]:
    """Return the pictures of a counterexample, each an SVG that stands alone, with its caption."""
    found = []
    if example.heat_map is not None:
        found.append((one_line(example.heat_map.title), heat_map(example.heat_map.values, example.heat_map.title)))
    if example.curves:
        found.append(("Loss at each step", line_chart(example.curves, "Loss at each step")))
    return found
