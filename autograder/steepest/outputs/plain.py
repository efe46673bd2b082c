"""A failure in plain text, for a terminal, a notebook's output or a log: what the page shows, without its pictures."""

from __future__ import annotations

from collections.abc import Iterator

from steepest.model import Counterexample, PropertyResult, Rows
from steepest.outputs.cards import grid, unsaid
from steepest.outputs.clean import cleaned
from steepest.outputs.words import mark, measurement_text, number, short_name


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
    yield example.call
    for name, value in unsaid(example):
        yield from _matrix(name, value) if isinstance(value, tuple) else [f"{name} = {number(value, 6)}"]
    facts = [example.dtype] if example.dtype else []
    if example.condition_number is not None:
        facts.append(f"condition number {number(example.condition_number)}")
    if facts:
        yield ", ".join(facts)
    yield f"came back: {example.returned}"


def _matrix(name: str, rows: Rows) -> Iterator[str]:
    """Return the rows of a matrix with their entries below one another, the name before the first."""
    shown, cut = grid(rows)
    entries = [[number(value, 5) for value in row] for row in shown]
    width = max((len(entry) for row in entries for entry in row), default=0)
    for place, row in enumerate(entries):
        start = f"{name} = [" if place == 0 else " " * (len(name) + 3) + "["
        yield start + "  ".join(entry.rjust(width) for entry in row) + "]"
    if cut:
        yield f"({cut})"
