"""A submitted notebook, from untrusted bytes to cells: every size is capped before anything is built from it."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from steepest import json_scan
from steepest._definitions import defined_names
from steepest.errors import NotebookError

MAX_NOTEBOOK_BYTES = 20 << 20
MAX_CELLS = 2000
MAX_CODE_BYTES = 1 << 20
MAX_DEPTH = 100
MAX_VALUES = 2_000_000
MAX_NOTES = 30
_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
_READ_ONLY = os.O_RDONLY | sum(getattr(os, name, 0) for name in _FLAGS)
"""Each where the system knows it: Windows has no links, pipes or terminals to be careful of, but text files."""
_HAND_IN = "hand in the .ipynb file itself, as Jupyter saves it (File > Download)"
_CLEAR_OUTPUTS = "clear the outputs (Edit > Clear Outputs of All Cells), save, and hand it in again"

CellKind = Literal["code", "markdown", "raw"]
_KINDS: dict[str, CellKind] = {
    "code": "code",
    "markdown": "markdown",
    "html": "markdown",
    "heading": "markdown",
    "raw": "raw",
}


@dataclass(frozen=True)
class Cell:
    """One cell as a student left it. ``index`` counts all cells of the notebook from 1.

    The flags repeat what the metadata claims; a student can write anything there, so no score may depend on them.
    """

    index: int
    kind: CellKind
    source: str
    grade_id: str | None = None
    is_test: bool = False
    is_solution: bool = False


@dataclass(frozen=True)
class Notebook:
    """The cells of a Python notebook in the order of the file, and remarks on what had to be mended to read it."""

    cells: tuple[Cell, ...]
    nbformat: int
    remarks: tuple[str, ...] = ()

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """Return the code cells, which may be none at all."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


def read_submission(path: Path, *, max_bytes: int = MAX_NOTEBOOK_BYTES) -> bytes:
    """Return the bytes of a submitted file, opened so that nothing but a regular file is ever waited for or followed.

    Raises:
        NotebookError: There is no such file, it is a link, a folder, a pipe or a device, or it is too big.
    """
    try:
        descriptor = os.open(path, _READ_ONLY)
        try:
            _check_file(os.fstat(descriptor), max_bytes)
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(max_bytes + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise _unopened(error) from error
    if len(data) > max_bytes:
        _refuse(f"the file has more than the {max_bytes} bytes allowed", _CLEAR_OUTPUTS)
    return data


def parse_notebook(data: bytes) -> Notebook:
    """Return the notebook that these untrusted bytes hold: nbformat 3 or 4, UTF-8 or UTF-16, with or without a BOM.

    Unpaired surrogates, NUL and undecodable bytes become U+FFFD. Cells that are no cells are left out, with a remark.

    Raises:
        NotebookError: It is something else than a Python notebook, holds no cell, or breaks a cap.
    """
    _check_kind(data)
    text, remarks = _decode(data)
    _check_structure(text)
    tree = _load(text)
    _check_language(tree)
    nbformat = tree.get("nbformat")
    cells, cell_remarks = _cells(_raw_cells(tree))
    return Notebook(cells, int(nbformat) if nbformat in (1, 2, 3, 4, 5) else 4, remarks + cell_remarks)


def graded_sources(notebook: Notebook) -> tuple[Cell, ...]:
    """Return the code cells to run for grading, in order: all of them but the test cells.

    A cell marked as a test that defines something is run all the same: editors copy metadata along with a cell, so
    it may be a student's work. Whatever the metadata claim, they can only keep a cell without definitions from running.
    """
    return tuple(cell for cell in notebook.code_cells if not cell.is_test or defined_names(cell.source))


def notes_on(notebook: Notebook, functions: Sequence[str], exercises: Sequence[str]) -> tuple[str, ...]:
    """Return remarks for the student and the instructor; none of them changes a score.

    Args:
        notebook: What was handed in.
        functions: The graded functions, as course.yml names them.
        exercises: The ``grade_id`` of each test cell of the release.
    """
    defined = list(_definitions(notebook))
    notes = list(notebook.remarks)
    for function in functions:
        notes += _function_notes(function, [(cell, names.count(function)) for cell, names in defined])
    notes += [
        f"Cell {cell.index} is marked as a test cell but defines {names[0][:60]}; it was run all the same."
        for cell, names in defined
        if cell.kind == "code" and cell.is_test and names
    ]
    return (*notes, *_metadata_notes(notebook, exercises))[:MAX_NOTES]


def _definitions(notebook: Notebook) -> Iterator[tuple[Cell, tuple[str, ...]]]:
    """Yield each cell with what it defines; of cells that are no code, only as much text as code may have is read."""
    left = MAX_CODE_BYTES
    for cell in notebook.cells:
        left -= 0 if cell.kind == "code" else len(cell.source)
        yield cell, defined_names(cell.source) if cell.kind == "code" or left >= 0 else ()


def _function_notes(function: str, counts: list[tuple[Cell, int]]) -> Iterator[str]:
    places = [cell.index for cell, count in counts if cell.kind == "code" for _ in range(count)]
    if len(places) > 1:
        where = _cells_text(sorted(set(places)))
        yield f"{function} is defined {len(places)} times ({where}); the last definition that runs is graded."
    if not places:
        yield f"No code cell defines {function}."
        for cell, count in counts:
            if count and cell.kind != "code":
                yield f"Cell {cell.index} defines {function}, but it is not a code cell, so it was not run."


def _metadata_notes(notebook: Notebook, exercises: Sequence[str]) -> Iterator[str]:
    labels: dict[str, list[int]] = {}
    for cell in notebook.cells:
        if cell.grade_id is not None:
            labels.setdefault(cell.grade_id, []).append(cell.index)
    if not labels:
        yield "The notebook has lost nbgrader's metadata, as other editors do to it; functions are found by name."
        return
    for exercise in exercises:
        if exercise not in labels:
            yield f"The test cell {exercise} is gone; its properties are graded all the same."
    for label, places in labels.items():
        if len(places) > 1:
            where = _cells_text(places)
            yield f"The label {label} stands on {where}: a copied cell keeps the label of its original."


def _cells_text(indices: Sequence[int]) -> str:
    shown = ", ".join(map(str, indices[:10])) + (" and more" if len(indices) > 10 else "")
    return f"{'cell' if len(indices) == 1 else 'cells'} {shown}"


def _refuse(reason: str, way_out: str) -> NoReturn:
    raise NotebookError(reason, way_out)


def _check_file(status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        _refuse(f"this is {_file_kind(status.st_mode)}, not a file", _HAND_IN)
    if status.st_size > max_bytes:
        _refuse(f"the file has {status.st_size} bytes, more than the {max_bytes} allowed", _CLEAR_OUTPUTS)


def _unopened(error: OSError | ValueError) -> NotebookError:
    number = error.errno if isinstance(error, OSError) else None
    match number:
        case errno.ENOENT | errno.ENOTDIR:
            return NotebookError("there is no such file", "check the name of the notebook in the submission's folder")
        case errno.ELOOP:
            return NotebookError("this is a symbolic link, not a file", _HAND_IN)
        case errno.ENXIO:
            return NotebookError("this is a pipe or a socket, not a file", _HAND_IN)
        case _:
            reason = os.strerror(number) if number is not None else "the name holds a NUL"
            return NotebookError(f"the file cannot be opened ({reason})", "check its name and permissions")


def _file_kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or a socket"


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff"):
        _refuse("the file is empty", "save the notebook in Jupyter and look at the size of what you hand in")
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), (
            f"Bytes that are not {encoding} were replaced by \N{REPLACEMENT CHARACTER}.",
        )


def _check_structure(text: str) -> None:
    """Refuse text that would cost the JSON parser its stack or its memory; a scan, nothing is built.

    Raises:
        NotebookError: Deeper than MAX_DEPTH, or more than MAX_VALUES values.
    """
    try:
        json_scan.check(text, max_depth=MAX_DEPTH, max_values=MAX_VALUES)
    except json_scan.TooDeepError:
        _refuse(f"the file nests more than {MAX_DEPTH} levels deep", "a notebook has about ten: " + _HAND_IN)
    except json_scan.TooManyValuesError:
        _refuse(f"the file holds more than {MAX_VALUES} values", _CLEAR_OUTPUTS)


def _load(text: str) -> dict[str, Any]:
    try:
        # Numbers do not matter here, and float reads any number of digits where int refuses more than 4,300.
        tree = json.loads(text, object_pairs_hook=_object, parse_int=float)
    except (ValueError, RecursionError, MemoryError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        reason = f"the file is not valid JSON{line}: it may be cut short, or hold marks of a merge (<<<<<<<)"
        raise NotebookError(reason, _HAND_IN) from error
    if not isinstance(tree, dict):
        _refuse(f"the file is JSON, but not a notebook: it holds {_json_kind(tree)}", _HAND_IN)
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object, refusing a repeated key: what people see and what is graded must be the same."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            _refuse(
                f"the key {_clean(key)[:40]!r} stands twice in one object of the file", "open and save it in Jupyter"
            )
        result[key] = value
    return result


def _check_kind(data: bytes) -> None:
    """Refuse what by its first bytes is a file of another kind, and say which."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = next((kind for start, kind in _KNOWN_STARTS if head.startswith(start)), None)
    if kind is None and not head.startswith((b"{", b"[")) and _PYTHON_LINE.search(head):
        kind = "a Python script"
    if kind is not None:
        _refuse(f"the file is not a notebook: it looks like {kind}", _HAND_IN)


_PYTHON_LINE = re.compile(rb"^(?:import|from|def|class|print|#)[ (!]", re.MULTILINE)
_KNOWN_STARTS = (
    (b"PK", "a zip archive (or a Word or Excel file)"),
    (b"%PDF", "a PDF"),
    (b"<", "an HTML page, perhaps an exported notebook or a login page"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x80", "a pickle or another binary file"),
)


def _json_kind(tree: object) -> str:
    names = {list: "a list", str: "a text", float: "a number", bool: "true or false"}
    return names.get(type(tree), "nothing (null)")


def _check_language(tree: dict[str, Any]) -> None:
    """Refuse a notebook that says it is written in another language; one that says nothing is taken as Python."""
    metadata = _mapping(tree.get("metadata"))
    names = [_mapping(metadata.get("language_info")).get("name"), _mapping(metadata.get("kernelspec")).get("language")]
    language = next((name for name in names if isinstance(name, str) and name), "python")
    if "python" not in language.lower():
        _refuse(f"the notebook is written in {_clean(language)[:40]!r}", "hand in a Python notebook")


def _raw_cells(tree: dict[str, Any]) -> list[Any]:
    if isinstance(tree.get("cells"), list):
        cells = list(tree["cells"])
    elif isinstance(tree.get("worksheets"), list):
        sheets = [_mapping(sheet).get("cells") for sheet in tree["worksheets"]]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    else:
        _refuse("the file is JSON, but not a notebook: it has no list of cells", _HAND_IN)
    if not cells:
        _refuse("the notebook has no cells", "if it is empty in Jupyter too, start again from the released notebook")
    if len(cells) > MAX_CELLS:
        _refuse(f"the notebook has {len(cells)} cells, more than the {MAX_CELLS} allowed", "delete what is not needed")
    return cells


def _cells(raw: list[Any]) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    cells, remarks = [], []
    for index, item in enumerate(raw, start=1):
        cell = _cell(index, _mapping(item))
        if cell is None:
            remarks.append(f"Cell {index} has no readable type or source and was left out.")
        else:
            cells.append(cell)
    code_bytes = sum(len(cell.source.encode()) for cell in cells if cell.kind == "code")
    if code_bytes > MAX_CODE_BYTES:
        way_out = "delete data that was pasted into code cells"
        _refuse(f"the code cells hold {code_bytes} bytes, more than the {MAX_CODE_BYTES} allowed", way_out)
    return tuple(cells), tuple(remarks)


def _cell(index: int, raw: dict[str, Any]) -> Cell | None:
    kind = raw.get("cell_type")
    source = _text(raw.get("source", raw.get("input")))
    if not isinstance(kind, str) or kind not in _KINDS or source is None:
        return None
    labels = _mapping(_mapping(raw.get("metadata")).get("nbgrader"))
    grade_id = labels.get("grade_id")
    is_solution = labels.get("solution") is True
    return Cell(
        index,
        _KINDS[kind],
        source,
        grade_id=grade_id if isinstance(grade_id, str) and re.fullmatch(r"[\w-]{1,100}", grade_id, re.ASCII) else None,
        is_test=labels.get("grade") is True and not is_solution,
        is_solution=is_solution,
    )


def _text(source: object) -> str | None:
    """Return a source, which Jupyter writes as a list of lines or as one text."""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return _clean(source) if isinstance(source, str) else None


def _clean(text: str) -> str:
    """Return ``text`` such that it can be encoded, compiled and printed: no NUL, no lone surrogate."""
    return re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
