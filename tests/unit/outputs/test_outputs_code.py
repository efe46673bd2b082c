"""The code of a counterexample: pasted into a notebook, it makes the recorded call again, bit by bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from steepest.answers import Answer, Argument, Array, CallStatus
from steepest.counterexample import describe
from steepest.model import Counterexample, GradeReport, Tensor
from steepest.outputs.code import LINE, snippet

ANSWER = Answer(CallStatus.RETURNED)
ARRAYS: tuple[Array, ...] = (
    np.array(0.1, dtype=np.float32),
    np.array([1 / 3, -2.0], dtype=np.float64),
    np.array([[0.0, -2.0], [1.0, 0.0]], dtype=np.float32),
    np.array([[1e-30, 1e20, 123456789.0]], dtype=np.float32),
    np.arange(24.0).reshape(2, 3, 4) / 7,
    np.zeros((0, 3, 2), dtype=np.float32),
    np.zeros((3, 0)),
    np.random.default_rng(0).standard_normal((2, 2, 2, 3)).astype(np.float32),
    np.random.default_rng(1).standard_normal((12, 12)),
    np.ones((200, 1), dtype=np.float32),
    -np.zeros((3, 9)),
)


def example_of(*positional: Argument, parameters: tuple[str, ...] = (), **options: Argument) -> Counterexample:
    """Return the record of a call of ``f``."""
    arguments = {str(place): value for place, value in enumerate(positional)} | options
    return describe("f", arguments, parameters, ANSWER, None)


def pasted(example: Counterexample) -> tuple[tuple[object, ...], dict[str, object]]:
    """Return what the code of an example asks ``f`` in a notebook that has torch and nothing else."""
    asked: list[tuple[tuple[object, ...], dict[str, object]]] = []
    exec(snippet(example), {"torch": torch, "f": lambda *a, **k: asked.append((a, k))})
    (call,) = asked
    return call


def assert_same(found: object, expected: Array) -> None:
    assert isinstance(found, torch.Tensor)
    assert found.shape == expected.shape
    assert str(found.dtype) == f"torch.{expected.dtype.name}"
    assert found.numpy().tobytes() == expected.tobytes()


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.shape}-{array.dtype}")
def test_a_tensor_of_any_shape_comes_back_bit_by_bit(array: Array) -> None:
    (found,), _ = pasted(example_of(array, parameters=("A",)))
    assert_same(found, array)


@settings(max_examples=40)
@given(
    array=st.sampled_from([np.float32, np.float64]).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3))
    )
)
def test_any_entries_come_back_bit_by_bit(array: Array) -> None:
    (found,), _ = pasted(example_of(array, parameters=("A",)))
    assert isinstance(found, torch.Tensor)
    np.testing.assert_array_equal(found.numpy(), array)
    assert found.numpy().dtype == array.dtype
    assert (np.signbit(found.numpy()) == np.signbit(array))[~np.isnan(array)].all()


@given(value=st.one_of(st.floats(), st.integers(-(10**6), 10**6)))
def test_numbers_in_the_call_are_exact_and_counts_stay_whole(value: float) -> None:
    _, options = pasted(example_of(number=value))
    np.testing.assert_equal(options["number"], value)
    assert type(options["number"]) is type(value)


def test_several_tensors_and_options_come_back() -> None:
    array = ARRAYS[2]
    example = example_of(array, 2, parameters=("M", "k"), rcond=0.1 + 0.2, start=ARRAYS[4])
    assert snippet(example).startswith("M = torch.tensor([[0., -2.], [1., 0.]])\nstart = torch.tensor([\n")
    assert snippet(example).endswith("\nf(\n    M, 2, rcond=0.30000000000000004,\n    start=start\n)")
    (M, k), options = pasted(example)
    assert_same(M, array)
    assert_same(options["start"], ARRAYS[4])
    assert (k, options["rcond"]) == (2, 0.1 + 0.2)


@pytest.mark.parametrize(
    "parameters",
    [("torch",), ("f",), ("class",), ("start",), ("a b",), ("__import__('os')",), ()],
)
def test_a_parameter_with_a_troublesome_name_gets_another(parameters: tuple[str, ...]) -> None:
    (found,), options = pasted(example_of(ARRAYS[2], parameters=parameters, start=ARRAYS[1]))
    assert_same(found, ARRAYS[2])
    assert_same(options["start"], ARRAYS[1])


def test_long_tensors_are_broken_row_by_row() -> None:
    code = snippet(example_of(ARRAYS[7], parameters=("A",)))
    assert len(code.splitlines()) > 4
    assert max(len(line) for line in snippet(example_of(ARRAYS[2], parameters=("A",))).splitlines()) <= LINE


def test_a_long_tensor_of_one_number_is_one_line() -> None:
    assert snippet(example_of(np.ones((200, 1), dtype=np.float32), parameters=("A",))).startswith(
        "A = torch.full((200, 1), 1.)\n"
    )


def test_float64_is_named_and_float32_is_not() -> None:
    assert "dtype=torch.float64" in snippet(example_of(ARRAYS[1], parameters=("A",)))
    assert "dtype" not in snippet(example_of(ARRAYS[2], parameters=("A",)))


def test_code_with_names_that_are_no_names_is_left_out(hostile: GradeReport) -> None:
    example = hostile.properties[0].counterexample
    assert example is not None
    assert snippet(example) == ""
    tensor = Tensor((1,), "float32); import os; (", (1.0,))
    assert snippet(replace(example, arguments=(("M", tensor),))) == ""
