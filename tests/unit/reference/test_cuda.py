"""The same claims on a CUDA device: same precision, same device out, derivatives included."""

from __future__ import annotations

import pytest
import torch
from torch.autograd import gradcheck

from descent_linalg import CGLS, Brockett, HardCut, HeavyBall, NewtonSchulz, Outcome, inverse, pinverse, svd

from .matrices import geometric, inverse_ratios, penrose_ratios, svd_ratios, with_spectrum

pytestmark = pytest.mark.gpu

DTYPES = [torch.float32, torch.float64]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (33, 33)])
@pytest.mark.parametrize("batch", [1, 3000])
def test_svd_reaches_machine_precision(dtype: torch.dtype, shape: tuple[int, int], batch: int) -> None:
    A = with_spectrum(*shape, geometric(min(shape), 1e3), batch=batch, dtype=dtype)
    solution = svd(A.cuda())
    assert solution.outcome is Outcome.CONVERGED
    assert solution.value.S.is_cuda
    ratios = svd_ratios(A, *(factor.cpu() for factor in solution.value))
    assert max(ratios.values()) <= 4, ratios


@pytest.mark.parametrize("dtype", DTYPES)
def test_pinverse_meets_all_four_penrose_conditions(dtype: torch.dtype) -> None:
    for S in (geometric(4, 1e3), torch.tensor([1.0, 0.5])):
        A = with_spectrum(6, 4, S, batch=20, dtype=dtype)
        assert max(penrose_ratios(A, pinverse(A.cuda()).value.cpu()).values()) < 30


@pytest.mark.parametrize("dtype", DTYPES)
def test_refined_inverses_hold_on_both_sides(dtype: torch.dtype) -> None:
    A = with_spectrum(12, 12, geometric(12, 1e3), batch=20, dtype=dtype)
    assert max(inverse_ratios(A, inverse(A.cuda()).value.cpu()).values()) < 0.5


def test_every_kind_of_method_runs_and_stays_on_the_device() -> None:
    A = with_spectrum(4, 4, geometric(4, 3), batch=2).cuda()
    for solver in (NewtonSchulz(), HeavyBall(), CGLS(), HardCut(1e-3)):
        assert pinverse(A, solver=solver).value.is_cuda
    assert svd(A, Brockett(1e-3)).value.U.is_cuda


def test_derivatives_are_those_of_finite_differences() -> None:
    A = with_spectrum(3, 2, geometric(2, 3)).cuda().requires_grad_()
    assert gradcheck(lambda A: pinverse(A).value, (A,))
    assert gradcheck(lambda A: svd(A).value.S, (A,))
