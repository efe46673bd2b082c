"""The executed notebook: every label of the release once, whatever was handed in, and outputs in which nothing acts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from steepest.errors import NotebookError, SteepestError
from steepest.gradebook.executed import SourceCell, attempt_of, filled, repaired
from steepest.model import CellOutput, GradeReport, PropertyResult, Provenance, Verdict
from steepest.outputs.nbgrader import MAX_NOTEBOOK_BYTES, exercise_outputs, safe_html, score_of, shown_outputs

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


def source(name: str, text: str, *, kind: str = "code", **labels: Any) -> SourceCell:  # noqa: ANN401  # labels
    base = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "task": False, "locked": False}
    return SourceCell(name, kind, text, bool(labels.get("locked")), base | labels)


RELEASE = (
    source("code", "def f(M):\n    raise NotImplementedError()", solution=True),
    source("first", "check(f)", grade=True, locked=True, points=2.0),
    source("second", "check(f, exercise='second')", grade=True, locked=True, points=3.0),
    source("why", "YOUR ANSWER HERE", kind="markdown", grade=True, solution=True, points=4.0),
)


def handed_in(*cells: tuple[str, str, str | None]) -> bytes:
    """Return a notebook of (kind, source, grade_id) cells; a cell with a label claims to be a test."""
    made = [
        {
            "cell_type": kind,
            "source": text,
            "metadata": {"nbgrader": {"grade_id": name, "grade": True, "x": 1}} if name else {},
            "outputs": [],
        }
        for kind, text, name in cells
    ]
    return json.dumps({"cells": made, "metadata": {"evil": 1}, "nbformat": 4, "nbformat_minor": 4}).encode()


def label_list(notebook: dict[str, Any]) -> list[str | None]:
    """Return the label of each cell."""
    return [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]


DONE = ("code", "def f(M):\n    return M", "code")


def test_a_copied_cell_gives_its_label_to_the_last_copy() -> None:
    notebook = repaired(
        handed_in(DONE, ("code", "def f(M):\n    return 2", "code"), ("code", "check(f)", "first")), RELEASE
    )
    assert label_list(notebook) == [None, "code", "first", "second", "why"]


def test_lost_cells_are_put_back_behind_the_one_before_them() -> None:
    notebook = repaired(handed_in(("markdown", "answer", "why"), DONE), RELEASE)
    assert label_list(notebook) == ["why", "code", "first", "second"]
    assert notebook["cells"][2]["source"] == "check(f)"


def test_a_notebook_without_metadata_gets_its_labels_by_text_and_by_function() -> None:
    cells = [("code", "x = 1", None), ("code", DONE[1], None), ("code", "check(f)", None), ("markdown", "hm", None)]
    assert label_list(repaired(handed_in(*cells), RELEASE)) == [None, "code", "first", "second", "why", None]


def test_a_test_cell_has_the_text_of_the_release_whatever_was_written_into_it() -> None:
    notebook = repaired(handed_in(DONE, ("code", "print('all points')", "first")), RELEASE)
    assert [cell["source"] for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")][:2] == [
        "check(f)",
        "check(f, exercise='second')",
    ]


def test_work_under_the_label_of_a_test_is_kept_beside_the_test() -> None:
    notebook = repaired(handed_in(("code", "def f(M):\n    return M", "first")), RELEASE)
    assert sorted(filter(None, label_list(notebook))) == ["code", "first", "second", "why"]
    assert any(cell["source"] == "def f(M):\n    return M" for cell in notebook["cells"])


def test_no_metadata_of_the_submission_survive() -> None:
    text = json.dumps(repaired(handed_in(DONE), RELEASE))
    assert '"x"' not in text
    assert "evil" not in text


@pytest.mark.parametrize("data", [b"{", b"", NotebookError("no notebook was handed in", "hand one in")])
def test_what_is_no_notebook_becomes_the_release_with_a_word_on_it(data: bytes | NotebookError) -> None:
    notebook = repaired(data, RELEASE)
    assert label_list(notebook) == [None, "code", "first", "second", "why"]
    assert "could not be read" in notebook["cells"][0]["source"]


# ------------------------------------------------------------------------------------------------ outputs


def report(first: int = 200, fault: str | None = None, shown: tuple[CellOutput, ...] = ()) -> GradeReport:
    results = (
        PropertyResult("test_a", "A holds", "first", Verdict.PASSED if first else Verdict.FAILED, first, 200),
        PropertyResult("test_b", "B holds", "second", Verdict.FAILED, 0, 300, message="<script>no</script>"),
    )
    provenance = Provenance("a" * 64, "b" * 64, "c" * 64, (), (), "cpu", ())
    return GradeReport("one", "ada", () if fault else results, (), (), provenance, fault, shown=shown)


def test_a_test_cell_ends_with_its_score_as_nbgrader_reads_it() -> None:
    for name, score in (("first", "2.0"), ("second", "0.0"), ("unknown", "0.0")):
        last = exercise_outputs(report(), name)[-1]
        assert last["output_type"] == "execute_result"
        assert last["data"]["text/plain"] == score


def test_a_fault_is_an_error_in_every_test_cell_and_never_a_score() -> None:
    (only,) = exercise_outputs(report(fault="the judge broke"), "first")
    assert only["output_type"] == "error"
    assert "the judge broke" in only["evalue"]


@pytest.mark.parametrize(("points", "most"), [(-100, 200), (300, 200), (200, 300)])
def test_points_that_the_gradebook_could_not_hold_are_refused(points: int, most: int) -> None:
    result = PropertyResult("test_a", "A", "first", Verdict.PASSED, points, most)
    with pytest.raises(SteepestError, match="exercise first"):
        score_of([result], 2.0, "first")


def test_outputs_stand_in_the_cell_that_showed_them() -> None:
    notebook = repaired(handed_in(("markdown", "# x", None), ("code", "print(1)", None), DONE), RELEASE)
    made = filled(notebook, report(shown=(CellOutput(2, printed="1\n"),)), RELEASE)
    assert made["cells"][1]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
    assert attempt_of(made) is not None
    assert attempt_of(notebook) is None


def test_the_same_attempt_has_the_same_digest_and_another_score_another_one() -> None:
    notebook = repaired(handed_in(DONE), RELEASE)
    digests = [attempt_of(filled(notebook, report(points), RELEASE)) for points in (200, 200, 0)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("bundle", "kept"),
    [
        ({"image/png": PNG}, "image/png"),
        ({"image/png": base64.b64encode(b"<script>").decode()}, None),
        ({"image/svg+xml": "<svg><circle/></svg>"}, "image/svg+xml"),
        ({"image/svg+xml": "<svg><script>x</script></svg>"}, None),
        ({"image/svg+xml": "<svg onload='x'></svg>"}, None),
        ({"text/markdown": "<script>x</script>", "application/javascript": "x"}, None),
    ],
)
def test_a_picture_is_kept_only_if_it_is_one(bundle: dict[str, str], kept: str | None) -> None:
    (output,) = shown_outputs([CellOutput(1, bundles=(tuple(bundle.items()),))])[1]
    assert set(output["data"]) == {"text/plain"} | ({kept} if kept else set())


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"data": [{"y": [1, 2, 4], "name": "<b>loss</b>"}]}, "polyline"),
        ({"data": [{"y": {"dtype": "f8", "bdata": base64.b64encode(b"\0" * 16).decode()}}]}, "polyline"),
        (
            {"data": [{"y": [1, 10]}], "layout": {"yaxis": {"type": "log"}, "title": {"text": "</svg><script>"}}},
            "polyline",
        ),
        ({"data": [{"type": "heatmap", "z": [[1, 2], [3, 4]]}]}, "<rect"),
        ({"data": [{"y": [None, "x", float("nan")]}]}, None),
        ({"data": [{"type": "sunburst"}]}, None),
        ({"data": 3}, None),
    ],
)
def test_an_interactive_chart_is_drawn_anew_or_named(figure: dict[str, Any], words: str | None) -> None:
    bundle = (("application/vnd.plotly.v1+json", json.dumps(figure)),)
    (output,) = shown_outputs([CellOutput(1, bundles=(bundle,))])[1]
    drawing = output["data"].get("image/svg+xml")
    assert "<script>" not in str(drawing)
    assert "<b>" not in str(drawing)
    assert (drawing is None) == (words is None)
    assert words is None or words in drawing


def test_a_table_stays_a_table_and_nothing_in_it_acts() -> None:
    html = "<style>x</style><table onclick='x'><tr><td colspan=2 style='x'>1<script>x</script></td></tr></table><img>"
    assert safe_html(html) == '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>'


def test_cells_that_show_too_much_are_left_out_and_said() -> None:
    big = "<p>" + "x" * 280_000
    cells = [CellOutput(n, bundles=((("text/html", big),),)) for n in range(1, 16)]
    outputs = shown_outputs(cells)
    assert "left out" in outputs[15][0]["text"]
    assert len(json.dumps(outputs)) < 2 * MAX_NOTEBOOK_BYTES
