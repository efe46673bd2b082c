"""Bad input is refused at the door: the message names the argument, its value, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

import descent_linalg as dl
from descent_linalg import drop_in

FUNCTIONS: list[Callable[..., Any]] = [
    dl.inverse,
    dl.pinverse,
    dl.svd,
    drop_in.inverse,
    drop_in.pinverse,
    drop_in.svd,
]
BAD: list[tuple[Any, type[Exception], str]] = [
    (torch.tensor([1.0, 2.0]), dl.ShapeError, r"A.shape = \(2,\): give matrices of shape \(\*, m, n\)"),
    (torch.tensor(1.0), dl.ShapeError, r"A.shape = \(\)"),
    (torch.eye(2, dtype=torch.int32), dl.DtypeError, r"A.dtype = torch.int32: convert first"),
    (torch.eye(2, dtype=torch.bool), dl.DtypeError, "torch.bool"),
    (torch.eye(2, dtype=torch.float16), dl.DtypeError, "torch.float16"),
    (torch.eye(2, dtype=torch.complex64), dl.DtypeError, r"real block matrix \[\[Re, -Im\], \[Im, Re\]\]"),
    ([[1.0]], dl.DtypeError, r"type\(A\) = list: give a torch.Tensor"),
    (torch.tensor([[1.0, float("nan")], [0.0, 1.0]]), dl.NonfiniteInputError, r"A\[0, 1\] = nan"),
    (torch.tensor([[[1.0, 0.0], [-float("inf"), 1.0]]]), dl.NonfiniteInputError, r"A\[0, 1, 0\] = -inf"),
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: f"{function.__module__}.{function.__name__}")
@pytest.mark.parametrize(("A", "error", "message"), BAD)
def test_bad_matrices_are_refused_by_name(
    function: Callable[..., Any],
    A: Any,  # noqa: ANN401
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        function(A)


def test_every_error_is_of_the_tree_and_of_pythons_own() -> None:
    assert issubclass(dl.InputError, dl.DescentError)
    assert issubclass(dl.InputError, ValueError)
    assert issubclass(dl.DtypeError, TypeError)


def test_finite_numbers_with_an_infinite_sum_are_accepted() -> None:
    A = torch.tensor([[3e38, 0.0], [0.0, 3e38]])
    torch.testing.assert_close(dl.svd(A).value.S, torch.tensor([3e38, 3e38]))


def test_a_rectangular_matrix_has_no_inverse() -> None:
    with pytest.raises(dl.ShapeError, match="use pinverse"):
        dl.inverse(torch.ones(2, 3))


def test_a_singular_matrix_raises_only_where_torch_does() -> None:
    with pytest.raises(dl.DescentFailedError, match="singular"):
        drop_in.inverse(torch.zeros(2, 2))
    assert dl.inverse(torch.zeros(2, 2)).outcome is dl.Outcome.SINGULAR


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dl.GradientDescent(learning_rate=0.0), "learning_rate = 0.0"),
        (lambda: dl.HeavyBall(learning_rate=-1.0), "learning_rate = -1.0"),
        (lambda: dl.HeavyBall(momentum=1.0), "momentum = 1.0"),
        (lambda: dl.Published(momentum=-0.1), "momentum = -0.1"),
        (lambda: dl.Penalty(learning_rate=float("nan")), "learning_rate = nan"),
        (lambda: dl.HardCut(rcond=2.0), "rcond = 2.0"),
        (lambda: dl.inverse(torch.eye(2), max_steps=-1), "max_steps = -1"),
    ],
)
def test_options_outside_their_range_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(dl.OptionError, match=message):
        make()


@pytest.mark.parametrize(
    ("start", "error"),
    [(torch.zeros(3, 3), dl.ShapeError), (torch.zeros(2, 2, dtype=torch.float64), dl.DtypeError)],
)
def test_a_first_guess_that_does_not_fit_is_refused(start: Tensor, error: type[Exception]) -> None:
    with pytest.raises(error, match="start"):
        dl.inverse(torch.eye(2), dl.SteepestDescent(), start=start)


def test_every_outcome_has_a_meaning_and_an_advice() -> None:
    for outcome in dl.Outcome:
        assert outcome.meaning.endswith((".", "dtype."))
        assert outcome.advice


def test_input_is_left_as_it_was() -> None:
    A = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))
    before = A.clone()
    start = torch.zeros(4, 4)
    dl.inverse(A)
    dl.inverse(A, dl.HeavyBall(), start=start, max_steps=5)
    dl.pinverse(A)
    dl.svd(A)
    assert torch.equal(A, before)
    assert torch.equal(start, torch.zeros(4, 4))
