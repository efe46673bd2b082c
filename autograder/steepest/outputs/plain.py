"""A failure in plain text, for a terminal, a notebook's output or a log: what the page shows, without its pictures."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.model import Counterexample, PropertyResult, Tensor
from steepest.outputs.cards import tensors
from steepest.outputs.clean import cleaned
from steepest.outputs.code import snippet
from steepest.outputs.grids import Grid, grids, nothing
from steepest.outputs.words import mark, measurement_text, number, short_name

MOST_LINES = 20
"""A call with larger tensors is shown by its first rows and columns, and not as code to paste."""


def explanation(result: PropertyResult) -> str:
    """Return what a student needs to mend a property: the call, what came back, what was allowed, what to try."""
    result = cleaned(result)
    lines = [f"{mark(result.verdict)} {result.title or short_name(result)}"]
    example = result.counterexample
    measured = result.measurement if example is None else example.measurement
    if example is not None:
        lines += _call(example)
    if measured is not None:
        lines.append(measurement_text(measured))
    elif result.message:
        lines.append(result.message)
    if example is None and result.exam_facts:
        lines.append(f"Seen on: {result.exam_facts}")
    if result.help:
        lines.append(f"Try: {result.help}")
    return "\n".join(lines)


def _call(example: Counterexample) -> Iterator[str]:
    code = snippet(example)
    if code and len(code.splitlines()) <= MOST_LINES:
        yield from code.splitlines()
    else:
        yield example.call
        for name, tensor in tensors(example):
            yield from _tensor(name, tensor)
    facts = [example.dtype] if example.dtype else []
    if example.condition_number is not None:
        facts.append(f"condition number {number(example.condition_number)}")
    if facts:
        yield ", ".join(facts)
    yield f"came back: {example.returned}"


def _tensor(name: str, tensor: Tensor) -> Iterator[str]:
    if not tensor.entries:
        yield f"{name}: {nothing(tensor)}"
    for grid in grids(name, tensor):
        yield from _matrix(grid)


def _matrix(grid: Grid) -> Iterator[str]:
    """Return the rows of a matrix with their entries below one another, the name before the first."""
    entries = [[number(value, 5) for value in row] for row in grid.rows]
    width = max((len(entry) for row in entries for entry in row), default=0)
    for place, row in enumerate(entries):
        start = f"{grid.name} = [" if place == 0 else " " * (len(grid.name) + 3) + "["
        yield start + "  ".join(entry.rjust(width) for entry in row) + "]"
    if grid.cut:
        yield f"({grid.cut})"
