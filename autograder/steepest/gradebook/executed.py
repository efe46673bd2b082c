"""The executed notebook: what a student handed in, put back into the shape of the release, with outputs and points.

It is made anew from the bytes of the submission and from what the gradebook knows of the release. No metadata of a
student's survive: labels come from the gradebook, and a cell gets one by its own label, by its text, or by the
functions that it defines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from steepest._definitions import defined_names
from steepest.errors import NotebookError
from steepest.gradebook.pages import MAX_WORDS, without_pictures
from steepest.model import GradeReport
from steepest.notebook import Cell, parse_notebook
from steepest.outputs.nbgrader import MAX_NOTEBOOK_BYTES, Output, exercise_outputs, shown_outputs
from steepest.outputs.report_json import dump_report
from steepest.text import one_line

MOST_WORDS = 300_000
"""Characters of Markdown that a notebook shows in all, pictures not counted; a released one has 24,000."""

OWN = "steepest"
"""The key of the kit's own metadata; in ``metadata.nbgrader`` nothing may stand but nbgrader's own keys."""

RawCell = dict[str, Any]


@dataclass(frozen=True)
class SourceCell:
    """A labelled cell of the release: its source as students get it, and nbgrader's labels."""

    grade_id: str
    kind: str
    source: str
    locked: bool
    labels: Mapping[str, Any] = field(hash=False)

    @property
    def is_test(self) -> bool:
        """Return whether the kit gives the points of this cell: a code cell with points and no solution."""
        return self.kind == "code" and self.labels["grade"] and not self.labels["solution"]


def attempt_digest(report: GradeReport) -> str:
    """Return what tells a graded attempt from every other one: a digest of its report."""
    return hashlib.sha256(dump_report(report)).hexdigest()


def repaired(data: bytes | NotebookError, release: Sequence[SourceCell]) -> dict[str, Any]:
    """Return a clean nbformat 4 notebook with every labelled cell of the release exactly once, without outputs.

    A file that is no notebook becomes the cells of the release below a word on what was handed in.
    """
    try:
        if isinstance(data, NotebookError):
            raise data
        cells = _shortened(parse_notebook(data).cells)
        remark = None
    except NotebookError as error:
        cells, remark = (), f"**This submission could not be read as a notebook**: {one_line(str(error))}"
    made = _labelled(cells, release)
    if remark is not None:
        made.insert(0, _raw(_NOTICE, "markdown", remark, None))
    return _notebook(made)


def _shortened(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells with what is no code cut to what a person reads and a page shows; cut texts say so."""
    words, everything = MOST_WORDS, MAX_NOTEBOOK_BYTES
    made = []
    for cell in cells:
        if cell.kind != "code":
            plain = without_pictures(cell.source)
            if len(plain) > min(MAX_WORDS, words) or len(cell.source) > everything:
                text = plain[: min(MAX_WORDS, words)]
                cell = replace(cell, source=f"{text}\n\n[cut here: this cell has {len(cell.source)} characters]")
            words -= min(len(plain), MAX_WORDS, words)
            everything -= min(len(cell.source), everything)
        made.append(cell)
    return tuple(made)


def filled(notebook: Mapping[str, Any], report: GradeReport, release: Sequence[SourceCell]) -> dict[str, Any]:
    """Return the repaired notebook with the outputs of the student's cells and the points of the test cells."""
    shown = shown_outputs(report.shown)
    tests = {cell.grade_id for cell in release if cell.is_test}
    cells = [dict(cell) for cell in notebook["cells"]]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = _outputs(cell["metadata"], report, shown, tests)
    result = dict(notebook) | {"cells": cells}
    result["metadata"] = dict(result["metadata"]) | {OWN: {"attempt": attempt_digest(report)}}
    return result


def attempt_of(notebook: Mapping[str, Any]) -> str | None:
    """Return the digest of the attempt that an executed notebook shows; None if it is not executed."""
    own = notebook.get("metadata", {}).get(OWN)
    return own.get("attempt") if isinstance(own, dict) else None


def dumped(notebook: Mapping[str, Any]) -> bytes:
    """Return the bytes of a notebook as nbformat writes them."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8", "replace")


def _outputs(
    metadata: Mapping[str, Any], report: GradeReport, shown: Mapping[int, list[Output]], tests: Iterable[str]
) -> list[Output]:
    grade_id = metadata.get("nbgrader", {}).get("grade_id")
    if grade_id in tests:
        return exercise_outputs(report, grade_id)
    return shown.get(metadata.get(OWN, {}).get("cell"), [])


@dataclass(frozen=True)
class _Known:
    """What the cells of a submission may be recognised by; each cell is looked at once, however long the release is.

    Labels and texts are told apart by the kind of their cell.
    """

    by_label: Mapping[tuple[str, str], list[int]]
    by_text: Mapping[tuple[str, str], list[int]]
    by_name: Mapping[str, list[int]]
    defining: frozenset[int]


def _known(cells: Sequence[Cell]) -> _Known:
    by_label: dict[tuple[str, str], list[int]] = {}
    by_text: dict[tuple[str, str], list[int]] = {}
    by_name: dict[str, list[int]] = {}
    defining = set()
    for place, cell in enumerate(cells):
        by_text.setdefault((cell.kind, cell.source.strip()), []).append(place)
        if cell.grade_id is not None:
            by_label.setdefault((cell.kind, cell.grade_id), []).append(place)
        names = set(defined_names(cell.source)) if cell.kind == "code" else set()
        defining |= {place} if names else set()
        for name in names:
            by_name.setdefault(name, []).append(place)
    return _Known(by_label, by_text, by_name, frozenset(defining))


def _labelled(cells: Sequence[Cell], release: Sequence[SourceCell]) -> list[RawCell]:
    """Return the cells in the student's order, each label of the release on one of them; lost cells are put back."""
    places = _places(cells, release)
    by_place = {place: source for source, place in places if place is not None}
    made = [_student_cell(cell, by_place.get(place)) for place, cell in enumerate(cells)]
    position = {source.grade_id: place for source, place in places if place is not None}
    shift = 0
    after = 0
    for source, _ in places:
        if source.grade_id in position:
            after = position[source.grade_id] + shift + 1
        else:
            made.insert(after, _raw(f"lost-{source.grade_id}"[:64], source.kind, source.source, source))
            position = {name: place + (place + shift >= after) for name, place in position.items()}
            after += 1
    return made


def _places(cells: Sequence[Cell], release: Sequence[SourceCell]) -> list[tuple[SourceCell, int | None]]:
    """Return for each cell of the release which cell of the submission stands for it, None for a lost one."""
    taken: set[int] = set()
    known = _known(cells)
    found: list[tuple[SourceCell, int | None]] = []
    for source in release:
        place = next((place for place in _candidates(known, source) if place not in taken), None)
        if place is not None:
            taken.add(place)
        found.append((source, place))
    return found


def _candidates(known: _Known, source: SourceCell) -> list[int]:
    """Return the cells that may stand for one of the release, best first.

    Of several with the same label, as copying makes them, the last one counts, as its definitions do when it runs.
    A test cell that defines something is a student's work under a label that an editor copied along.
    """
    labelled = known.by_label.get((source.kind, source.grade_id), [])
    if source.locked:
        labelled = [place for place in labelled if place not in known.defining]
        alike = known.by_text.get((source.kind, source.source.strip()), [])
        return [*labelled[::-1], *alike[::-1]]
    if source.kind != "code":
        return labelled[::-1]
    names = set(defined_names(source.source))
    defining = sorted({place for name in names for place in known.by_name.get(name, [])}, reverse=True)
    return [*labelled[::-1], *defining]


def _student_cell(cell: Cell, source: SourceCell | None) -> RawCell:
    text = source.source if source is not None and source.locked else cell.source
    return _raw(f"cell-{cell.index}", cell.kind, text, source, cell.index)


_NOTICE = "notice"


def _raw(name: str, kind: str, text: str, source: SourceCell | None, index: int | None = None) -> RawCell:
    metadata: dict[str, Any] = {} if source is None else {"nbgrader": dict(source.labels)}
    if index is not None:
        metadata[OWN] = {"cell": index}
    cell: RawCell = {"cell_type": kind, "id": name, "metadata": metadata, "source": text}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _notebook(cells: list[RawCell]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
