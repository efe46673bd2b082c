"""Submitted notebooks: what is read as people write them, what is refused, and which cells are run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steepest.errors import NotebookError
from steepest.notebook import (
    MAX_CELLS,
    MAX_CODE_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    Notebook,
    graded_sources,
    notes_on,
    parse_notebook,
    read_submission,
)

TEST = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "points": 2}
SOLUTION = {"grade": False, "solution": True, "locked": False, "schema_version": 3}


def code(source: object, **nbgrader: object) -> dict[str, Any]:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def tree(*cells: object, **metadata: object) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def parse(*cells: object, **metadata: object) -> Notebook:
    return parse_notebook(json.dumps(tree(*cells, **metadata)).encode())


def refusal(data: bytes) -> str:
    with pytest.raises(NotebookError) as caught:
        parse_notebook(data)
    assert caught.value.way_out
    return caught.value.reason


def test_cells_are_counted_from_one_with_their_kind_and_labels() -> None:
    notebook = parse(
        markdown("# Title"), code("x = 1", grade_id="f", **SOLUTION), code("check(f)", grade_id="t", **TEST)
    )
    first, second, third = notebook.cells
    assert (first.index, first.kind, first.source, first.grade_id) == (1, "markdown", "# Title", None)
    assert (second.grade_id, second.is_solution, second.is_test) == ("f", True, False)
    assert (third.index, third.grade_id, third.is_solution, third.is_test) == (3, "t", False, True)
    assert notebook.code_cells == (second, third)
    assert notebook.remarks == ()


@pytest.mark.parametrize("source", ["a = 1\nb = 2", ["a = 1\n", "b = 2"]])
def test_source_may_be_one_text_or_a_list_of_lines(source: object) -> None:
    assert parse(code(source)).cells[0].source == "a = 1\nb = 2"


def test_nbformat_3_is_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": "T", "metadata": {}},
        {"cell_type": "code", "language": "python", "input": ["x = 1\n"], "outputs": [], "metadata": {}},
    ]
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    notebook = parse_notebook(json.dumps(old).encode())
    assert [(cell.kind, cell.source) for cell in notebook.cells] == [("markdown", "T"), ("code", "x = 1\n")]
    assert notebook.nbformat == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read(encoding: str) -> None:
    text = json.dumps(tree(code("x = 'ü ∇'")), ensure_ascii=False)
    assert parse_notebook(text.encode(encoding)).cells[0].source == "x = 'ü ∇'"


def test_bytes_that_are_not_utf8_are_replaced_and_told() -> None:
    data = json.dumps(tree(code("x = 'ü'")), ensure_ascii=False).encode("latin-1")
    notebook = parse_notebook(data)
    assert notebook.cells[0].source == "x = '\ufffd'"
    assert "replaced" in notebook.remarks[0]


def test_lone_surrogate_and_nul_are_replaced_and_pairs_kept() -> None:
    notebook = parse_notebook(json.dumps(tree(code("a\ud800b\0c😀"))).encode())
    assert notebook.cells[0].source == "a\ufffdb\ufffdc😀"
    notebook.cells[0].source.encode()


def test_nan_and_endless_digits_in_outputs_do_not_matter() -> None:
    data = json.dumps(tree(code("x = 1"), big=0, nan=float("nan"))).replace('"big": 0', '"big": ' + "1" * 5000)
    assert parse_notebook(data.encode()).cells[0].source == "x = 1"


def test_notebook_without_code_cells_is_readable() -> None:
    assert parse(markdown("only words")).code_cells == ()


@pytest.mark.parametrize("cell", [None, 3, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1]}])
def test_cell_that_is_none_is_left_out_and_told(cell: object) -> None:
    notebook = parse(cell, code("x = 1"))
    assert [cell.index for cell in notebook.cells] == [2]
    assert notebook.remarks == ("Cell 1 has no readable type or source and was left out.",)


@pytest.mark.parametrize("labels", [3, [], {"grade_id": 7}, {"grade_id": "../x"}, {"grade": "yes", "solution": 0}])
def test_odd_labels_are_ignored(labels: object) -> None:
    cell = parse({"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": labels}}).cells[0]
    assert (cell.grade_id, cell.is_test, cell.is_solution) == (None, False, False)


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "python"}},
        {"language_info": {"name": "ipython"}},
        {"kernelspec": {"name": "x"}},
        {"kernelspec": 3},
    ],
)
def test_python_is_taken_for_granted_unless_another_language_is_named(metadata: dict[str, Any]) -> None:
    assert parse(code("x = 1"), **metadata).cells


def test_other_language_is_refused() -> None:
    data = json.dumps(tree(code("x <- 1"), language_info={"name": "R"})).encode()
    assert refusal(data) == "the notebook is written in 'R'"


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inverse.ipynb", os.urandom(1 << 20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"\0\0\0\0", "is empty"),
        (b"import torch\n\nx = 1\n", "Python script"),
        (b"# %%\nprint(1)", "Python script"),
        (b"<!DOCTYPE html><html>", "HTML page"),
        (b"%PDF-1.7", "PDF"),
        (zipped(), "zip archive"),
        (b"\x1f\x8b\x08", "compressed archive"),
        (b"\x80\x04\x95", "pickle"),
        (b"hello", "not valid JSON (line 1)"),
        (b'{"cells": [\n', "not valid JSON (line 2)"),
        (b'{"cells": []', "not valid JSON"),
        (b"3", "it holds a number"),
        (b"[]", "it holds a list"),
        (b"null", "it holds nothing"),
        (b"{}", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"worksheets": [3]}', "has no cells"),
        (b'{"cells": []}', "has no cells"),
        (b'{"cells": [], "a\\ud800": 1, "a\\ud800": 2}', "the key 'a\ufffd' stands twice"),
    ],
)
def test_file_that_is_no_notebook_is_refused_with_what_it_is(data: bytes, says: str) -> None:
    assert says in refusal(data)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_five_thousand_levels_are_refused_before_they_are_parsed(opening: str) -> None:
    assert f"more than {MAX_DEPTH} levels" in refusal((opening * 5000).encode())


def test_nesting_is_counted_outside_of_strings_only() -> None:
    source = "[" * 5000 + '\\"' + "{" * 5000
    assert parse(code(source)).cells[0].source == source


def test_depth_at_the_cap_is_read_and_above_it_refused() -> None:
    def nested(levels: int) -> bytes:
        # The notebook itself and its metadata are the two levels around the lists.
        return (
            json.dumps(tree(code("x"), deep=0)).replace('"deep": 0', f'"deep": {"[" * levels}{"]" * levels}').encode()
        )

    assert parse_notebook(nested(MAX_DEPTH - 2)).cells
    assert "levels deep" in refusal(nested(MAX_DEPTH - 1))


@pytest.mark.parametrize("values", ["[],", "1,"])
def test_more_values_than_the_cap_are_refused(values: str) -> None:
    assert "values" in refusal(b'{"cells": [' + values.encode() * (MAX_VALUES + 1))


def test_too_many_cells_are_refused() -> None:
    assert len(parse(*[code("")] * MAX_CELLS).cells) == MAX_CELLS
    assert "2001 cells" in refusal(json.dumps(tree(*[code("")] * (MAX_CELLS + 1))).encode())


def test_too_much_code_is_refused_and_long_text_is_not() -> None:
    assert parse(markdown("a" * 2 * MAX_CODE_BYTES)).cells
    assert "code cells hold" in refusal(json.dumps(tree(code("é" * MAX_CODE_BYTES))).encode())


@given(st.binary(max_size=200))
@example(b'{"cells": [{"cell_type": [], "source": {}}]}')
@example(b'{"cells": [], "metadata": {"language_info": {"name": []}}, "nbformat": {}}')
@example(b'"\\')
def test_any_bytes_give_a_notebook_or_a_notebook_error(data: bytes) -> None:
    with contextlib.suppress(NotebookError):
        assert parse_notebook(data).cells is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "worksheets", "grade_id", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(cells=st.lists(JSON, max_size=3), metadata=JSON, nbformat=JSON)
def test_any_json_in_the_place_of_cells_gives_a_notebook_or_a_notebook_error(
    cells: list[object], metadata: object, nbformat: object
) -> None:
    data = json.dumps({"cells": cells, "metadata": metadata, "nbformat": nbformat}).encode()
    try:
        notebook = parse_notebook(data)
    except NotebookError:
        return
    notes_on(notebook, ["f"], ["e"])
    graded_sources(notebook)


def test_read_submission_returns_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"{}")
    assert read_submission(path) == b"{}"


def test_submission_above_the_cap_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(NotebookError, match="more than the 20971520 allowed"):
        read_submission(path)


def make_link(path: Path) -> None:
    (path.parent / "real").write_bytes(b"{}")
    path.symlink_to(path.parent / "real")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (make_link, "a symbolic link"),
        (os.mkfifo, "a pipe"),
        (os.mkdir, "a folder"),
        (make_socket, "a socket"),
        (lambda path: None, "no such file"),
        (lambda path: path.symlink_to("nowhere"), "a symbolic link"),
    ],
)
def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path, make: Any, says: str) -> None:  # noqa: ANN401
    make(tmp_path / "a.ipynb")
    with pytest.raises(NotebookError, match=says):
        read_submission(tmp_path / "a.ipynb")


def test_device_is_refused() -> None:
    with pytest.raises(NotebookError, match="a device"):
        read_submission(Path("/dev/zero"))


def test_nul_in_the_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="holds a NUL"):
        read_submission(tmp_path / "a\0b")


def test_test_cells_are_not_run_but_everything_else_is() -> None:
    notebook = parse(
        code("import torch"),
        markdown("def f(): ..."),
        code("def f(): ...", grade_id="f", **SOLUTION),
        code("check(f)", grade_id="t", **TEST),
        code("assert False", grade_id="own", **(TEST | {"solution": True})),
    )
    assert [cell.index for cell in graded_sources(notebook)] == [1, 3, 5]


def test_students_work_in_a_cell_labelled_as_a_test_is_run_and_told() -> None:
    notebook = parse(code("def f(): return 1", grade_id="t", **TEST), code("check(f)", grade_id="t", **TEST))
    assert [cell.index for cell in graded_sources(notebook)] == [1]
    notes = notes_on(notebook, ["f"], ["t"])
    assert "Cell 1 is marked as a test cell but defines f; it was run all the same." in notes
    assert any("label t stands on cells 1, 2" in note for note in notes)


def test_second_definition_is_told_with_its_cells() -> None:
    notebook = parse(code("def f(): 1\ndef f(): 2", grade_id="f"), markdown("x"), code("f = lambda: 3"))
    assert notes_on(notebook, ["f"], []) == (
        "f is defined 3 times (cells 1, 3); the last definition that runs is graded.",
    )


def test_function_in_a_markdown_cell_is_told() -> None:
    notebook = parse(markdown("def f():\n    return 1"), code("x = 1", grade_id="x"))
    assert notes_on(notebook, ["f"], []) == (
        "No code cell defines f.",
        "Cell 1 defines f, but it is not a code cell, so it was not run.",
    )


def test_deleted_test_cell_and_lost_metadata_are_told() -> None:
    kept = parse(code("def f(): 1", grade_id="f"))
    assert notes_on(kept, ["f"], ["t"]) == ("The test cell t is gone; its properties are graded all the same.",)
    stripped = parse(code("def f(): 1"))
    assert notes_on(stripped, ["f"], ["t"]) == (
        "The notebook has lost nbgrader's metadata, as other editors do to it; functions are found by name.",
    )


def test_notes_on_a_clean_notebook_are_empty() -> None:
    notebook = parse(code("def f(): ...", grade_id="f"), code("check(f)", grade_id="t", **TEST))
    assert notes_on(notebook, ["f"], ["t"]) == ()


def test_notes_are_capped() -> None:
    notebook = parse(*[code("x = 1", grade_id=f"c{n // 2}", **TEST) for n in range(400)])
    assert len(notes_on(notebook, ["f"], [])) == 30
