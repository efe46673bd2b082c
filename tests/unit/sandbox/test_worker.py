"""The worker's side: how results become items, and that nothing a function does escapes as anything but an answer."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable

import numpy as np
import pytest
import torch

from steepest.answers import Answer, CallStatus, Item, NumbersItem, OtherItem, TensorItem
from steepest.sandbox.inprocess import NamespaceCaller
from steepest.sandbox.worker import flatten

M = np.array([[2.0, 0.0], [0.0, 4.0]], dtype=np.float32)
Pair = namedtuple("Pair", "X losses")


def answer_of(function: Callable[..., object], *arguments: np.ndarray, **options: float) -> Answer:
    given = {str(place): value for place, value in enumerate(arguments)} | options
    return NamespaceCaller({"f": function}).call("f", given)


def kinds(items: list[Item]) -> list[str]:
    return [type(item).__name__ for item in items]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (torch.eye(2), ["TensorItem"]),
        (torch.nn.Parameter(torch.eye(2)), ["TensorItem"]),
        ((torch.eye(2), [1.0, 2.0]), ["TensorItem", "NumbersItem"]),
        (Pair(torch.eye(2), [torch.tensor(1.0), 2]), ["TensorItem", "NumbersItem"]),
        ([torch.eye(2), torch.ones(3)], ["TensorItem", "TensorItem"]),
        ((torch.eye(2), np.array([1.0, 2.0])), ["TensorItem", "NumbersItem"]),
        ((torch.eye(2), []), ["TensorItem", "NumbersItem"]),
        (0.5, ["NumbersItem"]),
        (None, []),
        ({"X": 1}, ["OtherItem"]),
        ([[1.0, 0.0], [0.0, 1.0]], ["NumbersItem", "NumbersItem"]),
        (np.eye(2), ["OtherItem"]),
    ],
    ids=str,
)
def test_a_result_becomes_items_in_order(result: object, expected: list[str]) -> None:
    assert kinds(flatten(result)) == expected


@pytest.mark.parametrize(
    "view",
    [lambda t: t.T, lambda t: t[::1, ::2], lambda t: t.expand(2, 2), lambda t: torch._neg_view(t)],
    ids=["transposed", "strided", "expanded", "negated"],
)
def test_a_view_crosses_with_its_values_and_not_with_its_storage(view: Callable[[torch.Tensor], torch.Tensor]) -> None:
    tensor = view(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    (item,) = flatten(tensor)
    assert isinstance(item, TensorItem)
    assert item.array is not None
    assert item.array.tolist() == tensor.tolist()


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(1).expand(20_000, 2_000),
        torch.zeros(3, device="meta"),
        torch.eye(3).to_sparse(),
        torch.eye(2).bfloat16(),
    ],
    ids=["huge", "meta", "sparse", "bfloat16"],
)
def test_a_tensor_that_cannot_cross_is_named_without_data(tensor: torch.Tensor) -> None:
    (item,) = flatten(tensor)
    assert item == TensorItem(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."), None)


def test_an_object_of_another_type_is_named_and_nothing_more() -> None:
    class Sly:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    (item,) = flatten(Sly())
    assert isinstance(item, OtherItem)
    assert item.type_name.endswith("Sly")


@pytest.mark.parametrize(
    "error", [ValueError("no"), SystemExit(0), KeyboardInterrupt(), GeneratorExit(), RecursionError()]
)
def test_whatever_a_function_raises_is_an_answer(error: BaseException) -> None:
    def f(M: torch.Tensor) -> None:
        raise error

    answer = answer_of(f, M)
    assert answer.status is CallStatus.RAISED
    assert answer.error.startswith(type(error).__name__)


def test_an_exception_whose_text_raises_is_an_answer() -> None:
    class Sly(Exception):
        def __str__(self) -> str:
            raise SystemExit

    def f(M: torch.Tensor) -> None:
        raise Sly

    assert answer_of(f, M).error.startswith("Sly")


def test_arguments_arrive_as_given() -> None:
    def f(M: torch.Tensor, momentum: float, steps: int) -> tuple[float, ...]:
        return float(M.dtype == torch.float32), float(M.is_contiguous()), momentum, float(type(steps) is int)

    assert answer_of(f, M, momentum=0.9, steps=3).items == (NumbersItem((1.0, 1.0, 0.9, 1.0)),)


def test_an_argument_changed_in_place_is_named() -> None:
    def f(M: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
        start += 1
        return M

    assert NamespaceCaller({"f": f}).call("f", {"0": M, "start": M}).mutated == ("start",)


def test_the_same_call_draws_the_same_random_numbers_and_leaves_the_generator_alone() -> None:
    def f(M: torch.Tensor) -> torch.Tensor:
        return torch.rand(2, 2)

    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    first, second, other = answer_of(f, M), answer_of(f, M), answer_of(f, 2 * M)
    assert str(first) == str(second) != str(other)
    assert torch.rand(1) == expected


def test_printing_in_a_call_shows_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    def f(M: torch.Tensor) -> torch.Tensor:
        print(M)  # noqa: T201  # what the test is about
        return M

    answer_of(f, M)
    assert capsys.readouterr() == ("", "")


def test_parameters_are_read_from_the_signature() -> None:
    def f(M: object, learning_rate: float = 0.9, **options: object) -> None: ...

    caller = NamespaceCaller({"f": f, "number": 3})
    assert caller.parameters("f") == ("M", "learning_rate", "**")
    assert caller.parameters("number") is None
    assert caller.parameters("absent") is None
