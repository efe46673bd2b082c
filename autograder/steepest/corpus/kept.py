"""Results that are kept from one run to the next, by a digest of everything that decides them.

Each is a small file, written whole or not at all, so that a run that was interrupted at any moment goes on where it
was.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from pathlib import Path

from steepest.confusion import Example, Mark, Run
from steepest.grade import Paper, provenance
from steepest.judging import module_sha256
from steepest.outputs.report_json import write_atomic

MARKING = ("steepest.confusion", "steepest.corpus.run")
"""What makes marks of a report: it does not judge, but decides what is kept."""


class Kept:
    """A folder of results; ``folder`` is made when the first one is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, paper: Paper, notebook: bytes, exam: int) -> Run | None:
        """Return the result that was kept for a notebook on a paper, as a run on the exam of this number."""
        try:
            record = json.loads(self._path(paper, notebook).read_bytes())
            marks = tuple(Mark(letter) for letter in record["marks"])
            examples = tuple((name, Example(*size) if size else None) for name, size in record["examples"].items())
            return Run(exam, marks, int(record["points"]), examples=examples)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def keep(self, paper: Paper, notebook: bytes, run: Run) -> None:
        """Keep the result of a run; one in which the kit failed is not kept."""
        if run.fault:
            return
        examples = {name: astuple(example) if example else None for name, example in run.examples}
        record = {"marks": "".join(mark.value for mark in run.marks), "points": run.points, "examples": examples}
        path = self._path(paper, notebook)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(record).encode())

    def _path(self, paper: Paper, notebook: bytes) -> Path:
        decided_by = repr((provenance(paper, notebook), paper.explained, *map(module_sha256, MARKING)))
        digest = hashlib.sha256(decided_by.encode()).hexdigest()
        return self._folder / paper.assignment.id / digest[:2] / f"{digest[:40]}.json"
