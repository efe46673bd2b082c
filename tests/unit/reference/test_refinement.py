"""Correctly rounded inverses: each entry is the nearest number of its dtype to the exact one."""

from __future__ import annotations

import mpmath  # type: ignore[import-untyped]
import pytest
import torch
from torch import Tensor

from descent_linalg import NewtonSchulz, Outcome, inverse
from descent_linalg.doubled import doubled_residual, slices, two_sum

from .matrices import geometric, inverse_ratios, with_spectrum


def exactly_rounded(A: Tensor) -> Tensor:
    """Return the exact inverse of one matrix, rounded once to its dtype."""
    with mpmath.workdps(60):
        exact = mpmath.matrix(A.double().tolist()) ** -1
        rows = [[float(exact[i, j]) for j in range(A.shape[1])] for i in range(A.shape[0])]
    return torch.tensor(rows, dtype=torch.float64).to(A.dtype)


@pytest.mark.parametrize(
    ("dtype", "condition_number"),
    [(torch.float64, 1e2), (torch.float64, 1e8), (torch.float64, 1e12), (torch.float32, 1e2), (torch.float32, 1e4)],
)
def test_ill_conditioned_matrices_are_inverted_to_the_last_bit(dtype: torch.dtype, condition_number: float) -> None:
    for A in with_spectrum(12, 12, geometric(12, condition_number), batch=2, dtype=dtype, seed=5):
        solution = inverse(A)
        assert solution.outcome is Outcome.CONVERGED
        assert torch.equal(solution.value, exactly_rounded(A))


@pytest.mark.parametrize(("dtype", "condition_number"), [(torch.float64, 1e8), (torch.float32, 1e3)])
def test_refined_inverses_are_as_good_from_the_left_as_from_the_right(
    dtype: torch.dtype, condition_number: float
) -> None:
    A = with_spectrum(16, 16, geometric(16, condition_number), batch=20, dtype=dtype)
    refined = inverse_ratios(A, inverse(A).value)
    assert max(refined.values()) < 0.5
    assert inverse_ratios(A, inverse(A, NewtonSchulz()).value)["left"] > 0.5


def test_graded_matrices_need_more_slices_and_get_them() -> None:
    A = with_spectrum(5, 5, geometric(5, 10))[0] * torch.logspace(0, -12, 5, dtype=torch.float64)
    assert len(list(slices(A, 24))) > 3
    assert torch.equal(inverse(A).value, exactly_rounded(A))


def test_slices_add_up_exactly_and_are_short() -> None:
    A = with_spectrum(6, 6, geometric(6, 1e3))[0]
    pieces = list(slices(A, 20))
    assert torch.equal(torch.stack(pieces).flip(0).sum(dim=0), A)
    for piece in pieces:
        places = torch.frexp(piece.abs().amax(dim=-1, keepdim=True))[1] - 21
        scaled = torch.ldexp(piece, -places)
        assert torch.equal(scaled, scaled.round())


def test_two_sum_loses_nothing() -> None:
    total, lost = two_sum(torch.tensor(1.0, dtype=torch.float64), torch.tensor(2.0**-60, dtype=torch.float64))
    assert (total.item(), lost.item()) == (1.0, 2.0**-60)


def test_doubled_residual_sees_below_the_working_precision() -> None:
    A = with_spectrum(8, 8, geometric(8, 1e6))[0]
    X = inverse(A, NewtonSchulz()).value
    with mpmath.workdps(60):
        exact = mpmath.eye(8) - mpmath.matrix(A.tolist()) * mpmath.matrix(X.tolist())
    expected = torch.tensor([[float(exact[i, j]) for j in range(8)] for i in range(8)], dtype=torch.float64)
    torch.testing.assert_close(doubled_residual(A, X), expected, rtol=1e-12, atol=1e-28)


def test_doubled_residual_is_rounded_once() -> None:
    A, X = with_spectrum(5, 5, geometric(5, 10), batch=2, seed=3)
    with mpmath.workdps(60):
        exact = mpmath.eye(5) - mpmath.matrix(A.tolist()) * mpmath.matrix(X.tolist())
    expected = torch.tensor([[float(exact[i, j]) for j in range(5)] for i in range(5)], dtype=torch.float64)
    assert torch.equal(doubled_residual(A, X), expected)


def test_singular_to_working_precision_is_said_aloud() -> None:
    A = with_spectrum(6, 6, geometric(6, 1e25))[0]
    assert inverse(A).outcome is Outcome.SINGULAR
