"""Arguments of any shape, from the call that failed to every place where a student or a machine reads of it."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from steepest.answers import Answer, Array, CallStatus, TensorItem
from steepest.counterexample import describe
from steepest.errors import PropertyFailed
from steepest.linalg.condition import worst_condition_number
from steepest.model import GradeReport, PropertyResult, Provenance, Tensor, Verdict, shape_text
from steepest.outputs.grids import grids
from steepest.outputs.html import render_report
from steepest.outputs.plain import explanation
from steepest.outputs.report_json import ReportError, dump_report, load_report
from steepest.outputs.selfcheck import show

PROVENANCE = Provenance("00", "11", "22", (), (), "cpu", ())


@dataclass(frozen=True)
class Case:
    """An argument of some shape, and what is said of it."""

    array: Array
    shape: str
    code: str
    condition_number: float | None
    cells: int


ROWS = np.arange(1, 31, dtype=np.float32)[:, None]
CASES = {
    "scalar": Case(np.array(2.0), "a single number", "torch.tensor(2., dtype=torch.float64)", None, 1),
    "vector": Case(np.array([1.0, 0.5], np.float32), "length 2", "torch.tensor([1., 0.5])", None, 2),
    "no vector": Case(np.zeros(0, np.float32), "length 0", "torch.zeros((0,))", None, 0),
    "wide": Case(np.array([[3.0, 0, 0], [0, 1, 0]], np.float32), "2 x 3", "    [3., 0., 0.],\n", 3.0, 6),
    "tall": Case(np.array([[2.0], [0.0]], np.float32), "2 x 1", "torch.tensor([[2.], [0.]])", 1.0, 2),
    "rank 1": Case(np.ones((2, 2), np.float32), "2 x 2", "torch.tensor([[1., 1.], [1., 1.]])", 1.0, 4),
    "zero": Case(np.zeros((2, 2), np.float32), "2 x 2", "torch.tensor([[0., 0.], [0., 0.]])", None, 4),
    "batch": Case(
        np.array([[[1.0, 0], [0, 1]], [[0, 0], [0, 0]], [[8, 0], [0, 2]]], np.float32),
        "a batch of 3, each 2 x 2",
        "torch.tensor([\n    [[1., 0.], [0., 1.]],\n    [[0., 0.], [0., 0.]],\n    [[8., 0.], [0., 2.]],\n])",
        4.0,
        12,
    ),
    "empty batch": Case(np.zeros((0, 3, 2), np.float32), "a batch of 0, each 3 x 2", "torch.zeros((0, 3, 2))", None, 0),
    "empty matrices": Case(
        np.zeros((2, 0, 2), np.float32), "a batch of 2, each 0 x 2", "torch.zeros((2, 0, 2))", None, 0
    ),
    "four dimensions": Case(np.ones((1, 2, 2, 1), np.float32), "a batch of 1 x 2, each 2 x 1", "[[[[1.]", 1.0, 4),
    "large": Case(ROWS[:20] * np.ones(15, np.float32), "20 x 15", "", 1.0, 144),
    "long batch": Case(ROWS[:, :, None] * np.ones(2, np.float32), "a batch of 30, each 1 x 2", "", 1.0, 12),
}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """Return each case in turn."""
    return CASES[request.param]


def result_for(array: Array, drawn: Array | None = None) -> PropertyResult:
    """Return a property that failed on ``array``; the answer is the argument itself."""
    answer = Answer(CallStatus.RETURNED, (TensorItem(array.shape, array.dtype.name, array),))
    error = PropertyFailed("max |E|", 1.0, 0.5, heat_map=("E", array if drawn is None else drawn))
    example = describe("f", {"0": array, "rcond": 0.5}, ("A", "rcond"), answer, error)
    return PropertyResult("test_f", "A claim.", "f", Verdict.FAILED, 0, 100, counterexample=example)


def report_for(result: PropertyResult) -> GradeReport:
    return GradeReport("pinverse", "noether", (result,), (), (), PROVENANCE)


def test_a_shape_is_said_in_words(case: Case) -> None:
    assert shape_text(case.array.shape) == case.shape


def test_the_condition_number_is_that_of_the_worst_matrix(case: Case) -> None:
    found = worst_condition_number(case.array)
    assert found == (None if case.condition_number is None else pytest.approx(case.condition_number))


def test_singular_values_that_are_rounding_do_not_count() -> None:
    A = np.random.default_rng(0).standard_normal((5, 2)) @ np.random.default_rng(1).standard_normal((2, 4))
    S = np.linalg.svd(A, compute_uv=False)
    assert worst_condition_number(A.astype(np.float32)) == pytest.approx(S[0] / S[1], rel=1e-4)


def test_report_json_keeps_shape_dtype_and_every_digit(case: Case) -> None:
    data = dump_report(report_for(result_for(case.array)))
    example = load_report(data).properties[0].counterexample
    assert example is not None
    name, tensor = example.arguments[0]
    assert isinstance(tensor, Tensor)
    assert (name, tensor.shape, tensor.dtype) == ("A", case.array.shape, case.array.dtype.name)
    np.testing.assert_array_equal(np.array(tensor.entries, case.array.dtype).reshape(tensor.shape), case.array)
    assert example.arguments[1] == ("rcond", 0.5)
    assert dump_report(load_report(data)) == data


def test_the_text_gives_code_or_the_first_entries(case: Case) -> None:
    text = explanation(result_for(case.array))
    assert case.code in text
    assert "f(A, rcond=0.5)" in text
    assert case.code or any(f"(the first {rest})" in text for rest in _left_out(case))


def test_the_page_shows_at_most_the_entries_that_fit(case: Case) -> None:
    page = render_report(report_for(result_for(case.array)))
    tables = re.findall(r'<table class="matrix".*?</table>', page, re.DOTALL)
    assert "".join(tables).count("<td>") == case.cells
    assert case.cells or f"an empty tensor of shape {case.array.shape}" in page
    assert all(f"the first {rest}" in page for rest in _left_out(case))


def _left_out(case: Case) -> list[str]:
    wide = ["12 rows and 12 columns of 20 x 15"] if case.array.shape[-1:] == (15,) else []
    return wide + (["6 of 30 matrices"] if case.array.shape[:1] == (30,) else [])


def test_items_of_a_batch_have_the_names_that_python_gives_them() -> None:
    names = [grid.name for grid in grids("A", Tensor((1, 2, 2, 1), "float32", (1.0,) * 4))]
    assert names == ["A[0, 0]", "A[0, 1]"]


def test_the_self_check_shows_any_shape(case: Case) -> None:
    stream = io.StringIO()
    show((result_for(case.array),), Console(file=stream, width=100))
    assert "f(A, rcond=0.5)" in stream.getvalue()


def test_the_picture_of_a_batch_is_that_of_its_worst_matrix() -> None:
    batch = CASES["batch"].array
    example = result_for(batch).counterexample
    assert example is not None
    assert example.heat_map is not None
    assert example.heat_map.title == "E, matrix 3 of 3 of the batch, the worst"
    assert example.heat_map.values == ((8.0, 0.0), (0.0, 2.0))
    lost = result_for(batch, np.array([[[1.0]], [[math.nan]], [[9.0]]])).counterexample
    assert lost is not None
    assert lost.heat_map is not None
    assert lost.heat_map.title.startswith("E, matrix 2 of 3")


def test_a_vector_is_drawn_as_one_row_and_nothing_is_not_drawn() -> None:
    row, none = (result_for(CASES[name].array).counterexample for name in ("vector", "empty batch"))
    assert row is not None
    assert row.heat_map is not None
    assert row.heat_map.values == ((1.0, 0.5),)
    assert none is not None
    assert none.heat_map is None


def test_a_report_from_before_tensors_were_described_is_read() -> None:
    record = json.loads(dump_report(report_for(result_for(CASES["wide"].array))))
    del record["properties"][0]["counterexample"]["tensors"]
    example = load_report(json.dumps(record).encode()).properties[0].counterexample
    assert example is not None
    assert example.arguments[0] == ("A", Tensor((2, 3), "float32", (3.0, 0.0, 0.0, 0.0, 1.0, 0.0)))


@pytest.mark.parametrize(
    ("entries", "described"),
    [
        ([[1.0, 2.0], [3.0]], {"shape": [2, 2], "dtype": "float32"}),
        ([[1.0], [2.0]], {"shape": [1, 2], "dtype": "float32"}),
        ([], {"shape": [1, 0, 2], "dtype": "float32"}),
        ([], {"shape": [3, 2], "dtype": "float32"}),
        ([1.0], {"shape": [-1], "dtype": "float32"}),
        ([1.0], {"shape": [True], "dtype": "float32"}),
        ([1.0], {"shape": [1]}),
        ([1.0], {"shape": [1], "dtype": 7}),
        ([1.0], []),
        ([["a"]], {"shape": [1, 1], "dtype": "float32"}),
        ([{}], {"shape": [1], "dtype": "float32"}),
    ],
)
def test_a_tensor_that_does_not_fit_its_description_is_refused(entries: object, described: object) -> None:
    record = json.loads(dump_report(report_for(result_for(CASES["wide"].array))))
    example = record["properties"][0]["counterexample"]
    example |= {"arguments": {"A": entries}, "tensors": {"A": described}}
    with pytest.raises(ReportError):
        load_report(json.dumps(record).encode())


def test_the_answer_shows_each_small_tensor() -> None:
    items = tuple(TensorItem(array.shape, array.dtype.name, array) for array in (np.eye(2), np.ones(2), np.ones(3)))
    example = describe("f", {}, (), Answer(CallStatus.RETURNED, items), None)
    assert example.returned.splitlines()[1:] == ["[[1. 0.]", " [0. 1.]]", "[1. 1.]", "[1. 1. 1.]"]


def test_a_hidden_argument_does_not_change_the_record(tmp_path: Path) -> None:
    """An argument given by position and one by the same name stay two, whatever the student calls them."""
    example = describe(
        "f", {"0": np.eye(2), "start": np.ones(2)}, ("start", "M"), Answer(CallStatus.RAISED, error="TypeError"), None
    )
    assert [name for name, _ in example.arguments] == ["argument_1", "start"]
    assert replace(example, returned="").call == "f(argument_1, start=start)"
