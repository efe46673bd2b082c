"""Lines of cells and functions: as they stand in the file, however it is written, found in one pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from steepest.notebook import MAX_CELLS, MAX_NOTEBOOK_BYTES, parse_notebook
from steepest.outputs.cell_lines import MAX_NAMES, cell_lines

SOURCES = ("x = 1", "import torch\n\ndef f(M):\n    return M", "def f(M, k):\n    pass\n\ndef g():\n    pass")


def cell(source: object, **more: object) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def book(*cells: object, **more: object) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more


def old_book(*sheets: object) -> dict[str, Any]:
    return {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": list(sheets)}


def lines_as_written(text: str) -> dict[str | int, int]:
    """Return where Jupyter's own way of writing puts things: one line of code on one line of the file."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, 1) if line in ("  {", "    {", "   {", "     {")]
    named = {name: number for number, line in enumerate(lines, 1) for name in "fg" if f'"def {name}(' in line}
    return dict(enumerate(starts, 1)) | named


def split(source: str) -> list[str]:
    return source.splitlines(keepends=True)


@pytest.mark.parametrize("sort_keys", [True, False])
def test_each_line_is_where_jupyter_writes_it(sort_keys: bool) -> None:
    text = json.dumps(book(*(cell(split(source)) for source in SOURCES)), indent=1, sort_keys=sort_keys)
    found = cell_lines(text.encode())
    assert found == lines_as_written(text)
    assert set(found) == {1, 2, 3, "f", "g"}


def test_a_byte_order_mark_moves_no_line_and_utf_16_gives_none() -> None:
    text = json.dumps(book(*(cell(split(source)) for source in SOURCES)), indent=1)
    assert cell_lines(text.encode("utf-8-sig")) == cell_lines(text.encode())
    assert cell_lines(text.encode("utf-16")) == {}


def test_worksheets_count_on_as_the_notebook_counts() -> None:
    sheets = [{"cells": [cell("a = 1"), cell("b = 1")]}, {"cells": []}, {"cells": [cell("def f(): pass")]}]
    data = json.dumps(old_book(*sheets), indent=0).encode()
    found = cell_lines(data)
    assert [key for key in found if isinstance(key, int)] == [each.index for each in parse_notebook(data).cells]
    assert found["f"] > found[3] > found[2] > found[1]


def test_what_is_no_cell_is_counted_as_the_notebook_counts_it() -> None:
    data = json.dumps(book(None, "x", cell("def f(): pass"), [], 3, cell("def g(): pass"))).encode()
    assert [each.index for each in parse_notebook(data).cells] == [3, 6]
    assert {key for key in cell_lines(data) if isinstance(key, int)} == {3, 6}


def test_cells_of_other_things_are_not_the_notebooks() -> None:
    inside = {"cells": [cell("def wrong(): pass")]}
    text = '"cells": [{"cell_type": "code", "source": "def wrong(): pass"}]'
    data = json.dumps({"metadata": inside, **book(cell(text, attachments=inside), cell("def f(): pass"))}).encode()
    assert list(cell_lines(data)) == [1, 2, "wrong", "f"]  # the attachment is part of the first cell


@pytest.mark.parametrize("size", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_has_no_lines(size: float) -> None:
    data = json.dumps(book(*map(cell, SOURCES)), indent=1).encode()
    assert cell_lines(data[: int(size * len(data))]) == {}


def test_a_file_that_grading_refuses_has_no_lines() -> None:
    assert cell_lines(json.dumps(book(*[cell("")] * MAX_CELLS)).encode())[MAX_CELLS] == 1
    assert cell_lines(json.dumps(book(*[cell("")] * (MAX_CELLS + 1))).encode()) == {}
    assert cell_lines(json.dumps(book(cell(json.loads("[" * 98 + "]" * 98)))).encode()) == {}


def test_names_are_capped_and_the_last_definition_of_each_counts() -> None:
    names = "".join(f"def f{number}(): pass\n" for number in range(MAX_NAMES + 10))
    found = cell_lines(json.dumps(book(cell("\n" + names), cell("def f1(): pass")), indent=1).encode())
    assert len(found) == MAX_NAMES + 2
    assert found["f1"] > found["f0"]


def markdown(unit: str) -> bytes:
    """Return a notebook at the cap of bytes whose one cell holds a text again and again."""
    written = json.dumps(unit)[1:-1]
    empty = json.dumps(book({"cell_type": "markdown", "metadata": {}, "source": "HERE"})).encode()
    return empty.replace(b"HERE", (written * ((MAX_NOTEBOOK_BYTES - len(empty)) // len(written))).encode())


@pytest.mark.slow
@pytest.mark.parametrize("unit", ['"cells": [', '"cells": [{"', "\ndef a()", "\ndef a", '"', "\\", "def a ", "[{"])
def test_markdown_at_the_cap_of_bytes_is_read_once(unit: str) -> None:
    # Three quarters of an hour when each `"cells": [` was parsed from, and each definition's lines counted anew.
    found = cell_lines(markdown(unit))
    assert found[1] == 1
    assert set(found) <= {1, "a"}


@pytest.mark.slow
@pytest.mark.parametrize("start", [b"", b"{", b'{"cells": ['])
@pytest.mark.parametrize("unit", [b'"cells": [', b'"cells":[{', b'{"cells":[', b'{"worksheets":[', b'"cells":', b"[]"])
def test_no_notebook_at_the_cap_of_bytes_is_read_once(start: bytes, unit: bytes) -> None:
    assert cell_lines(start + unit * (MAX_NOTEBOOK_BYTES // len(unit) - 2)) == {}
