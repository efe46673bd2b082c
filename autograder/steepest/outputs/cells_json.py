"""cells.json: what the cells of a submission showed when it was graded, kept beside its report for a person to read."""

from __future__ import annotations

import json
from dataclasses import asdict

from pydantic import TypeAdapter, ValidationError

from steepest.model import CellOutput, GradeReport

SCHEMA = "steepest/cells/v1"
MAX_BYTES = 4 << 20
"""What is kept of a submission; a whole notebook of charts takes about a tenth of it."""
CUT = "[what this cell showed was left out: the notebook shows too much]"
_CELLS = TypeAdapter(tuple[CellOutput, ...])


def dump_cells(report: GradeReport) -> bytes:
    """Return the bytes of cells.json; once `MAX_BYTES` are reached, only the errors of further cells are kept."""
    record = {"schema": SCHEMA, "notebook_sha256": report.provenance.notebook_sha256}
    return json.dumps(record | {"cells": [asdict(cell) for cell in _capped(report.shown)]}).encode("ascii")


def load_cells(data: bytes, notebook_sha256: str) -> tuple[CellOutput, ...]:
    """Return what `dump_cells` wrote; nothing if the file is damaged or belongs to another notebook."""
    try:
        record = json.loads(data)
        if record["schema"] != SCHEMA or record["notebook_sha256"] != notebook_sha256:
            return ()
        return _CELLS.validate_python(record["cells"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return ()


def _capped(shown: tuple[CellOutput, ...]) -> list[CellOutput]:
    kept, size = [], 0
    for cell in shown:
        size += len(cell.printed) + sum(len(mime) + len(text) for bundle in cell.bundles for mime, text in bundle)
        kept.append(cell if size <= MAX_BYTES else CellOutput(cell.cell, CUT, (), cell.error))
    return kept
