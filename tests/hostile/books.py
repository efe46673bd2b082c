"""Hostile notebooks: read from plain Python files, and made into the bytes of an .ipynb file.

A file in ``notebooks/`` says in its first comment what the student does. ``# %%`` begins a cell, ``# %% include NAME``
puts the cells of ``notebooks/parts/NAME.py`` in its place, and words such as ``@exam@`` become the paths of a test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "notebooks"
_MARK = "# %%"


def names(kind: str) -> list[str]:
    """Return the names of the notebooks of one kind, which is a folder of ``notebooks/``."""
    return sorted(path.stem for path in (FOLDER / kind).glob("*.py"))


def cells(kind: str, name: str, places: Mapping[str, str] | None = None) -> list[str]:
    """Return the cells of a notebook, with what they include, and with words such as ``@exam@`` replaced."""
    found = list(_cells(FOLDER / kind / f"{name}.py"))
    for word, place in (places or {}).items():
        found = [cell.replace(f"@{word}@", place) for cell in found]
    return found


def _cells(path: Path) -> Iterator[str]:
    for part in ("\n" + path.read_text(encoding="utf-8")).split("\n" + _MARK)[1:]:
        title, _, source = part.partition("\n")
        if title.split()[:1] == ["include"]:
            yield from _cells(FOLDER / "parts" / f"{title.split()[1]}.py")
        if source.strip():
            yield source.strip("\n")


def notebook(*sources: str, metadata: Mapping[str, Any] | None = None, more: Mapping[str, Any] | None = None) -> bytes:
    """Return the bytes of a notebook with these code cells; ``metadata`` belongs to each cell, ``more`` to the top."""
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": metadata or {}, "outputs": [], "source": source}
        for source in sources
    ]
    top = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(top | dict(more or {})).encode()


def book(kind: str, name: str, places: Mapping[str, str] | None = None) -> bytes:
    """Return the bytes of a notebook that stands in ``notebooks/``."""
    return notebook(*cells(kind, name, places))
