"""A tensor of any shape as tables of numbers that a page or a terminal has room for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from steepest.model import Rows, Tensor, shape_text

LARGEST_GRID = 12
"""Rows and columns of a matrix that are shown as numbers."""

LARGEST_BATCH = 6
"""Matrices of a batch that are shown as numbers."""


@dataclass(frozen=True)
class Grid:
    """A matrix to show: what it is called, its entries, its whole shape in words, and what was left out (or "")."""

    name: str
    rows: Rows
    shape: str
    cut: str = ""


def grids(name: str, tensor: Tensor) -> tuple[Grid, ...]:
    """Return a tensor as grids: one for a vector (as a row) or a matrix, one an item for a batch; none without entries.

    Items of a batch have the names by which Python finds them: ``A[0]``, ``A[0, 1]``. The note on what was left out
    of a batch stands with its last grid.
    """
    if not tensor.entries:
        return ()
    rows, columns = (1, 1, *tensor.shape)[-2:]
    places = list(itertools.product(*map(range, tensor.shape[:-2])))
    shown = [
        _grid(f"{name}{list(place) if place else ''}", tensor.entries[at * rows * columns :], rows, columns, tensor)
        for at, place in enumerate(places[:LARGEST_BATCH])
    ]
    if len(places) > LARGEST_BATCH:
        last = shown[-1]
        note = f"the first {LARGEST_BATCH} of {len(places)} matrices"
        shown[-1] = Grid(last.name, last.rows, last.shape, f"{last.cut}; {note}" if last.cut else note)
    return tuple(shown)


def _grid(name: str, entries: tuple[float, ...], rows: int, columns: int, tensor: Tensor) -> Grid:
    high, wide = min(rows, LARGEST_GRID), min(columns, LARGEST_GRID)
    shown = tuple(entries[row * columns : row * columns + wide] for row in range(high))
    cut = "" if (high, wide) == (rows, columns) else f"the first {high} rows and {wide} columns of {rows} x {columns}"
    return Grid(name, shown, shape_text(tensor.shape[-2:]), cut)


def nothing(tensor: Tensor) -> str:
    """Return what to say of a tensor without entries: ``an empty tensor of shape (0, 3, 2)``."""
    return f"an empty tensor of shape {tensor.shape}"
