"""How a cell of a notebook ended, as a worker says it and as the judge takes it in."""

from __future__ import annotations

import json
from dataclasses import dataclass

from steepest import json_scan
from steepest.answers import CallStatus
from steepest.sandbox.wire import WireError
from steepest.text import clean

MAX_DEPTH = 8
MAX_VALUES = 20_000
"""What the JSON about one cell may hold: a worker sends 64 outputs of a few MIME types, three levels deep."""


@dataclass(frozen=True)
class CellResult:
    """How one cell ended; ``printed``, ``outputs`` and ``error`` are the student's and have been cleaned."""

    status: CallStatus
    printed: str = ""
    outputs: tuple[tuple[tuple[str, str], ...], ...] = ()
    error: str = ""


def cell_result(payload: bytes) -> CellResult:
    """Return what the worker says of a cell, once it is well-formed.

    Raises:
        WireError: It is not.
    """
    try:
        text = payload.decode("utf-8")
        json_scan.check(text, max_depth=MAX_DEPTH, max_values=MAX_VALUES)
        report = json.loads(text)
        printed, outputs, error = report["printed"], report["outputs"], report["error"]
        bundles = tuple(tuple((str(mime)[:64], str(text)) for mime, text in bundle.items()) for bundle in outputs[:64])
        if not isinstance(printed, str) or not isinstance(error, str | None):
            raise TypeError("a text is no text")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as problem:
        raise WireError(f"malformed cell result ({type(problem).__name__})") from None
    status = CallStatus.RETURNED if error is None else CallStatus.RAISED
    return CellResult(status, clean(printed, 100_000), bundles, clean(error or "", 2000))
