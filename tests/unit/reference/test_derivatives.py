"""Derivatives by implicit differentiation, once and twice, checked by finite differences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from descent_linalg import CGLS, DerivativeError, HeavyBall, NewtonSchulz, inverse, pinverse, svd

from .matrices import geometric, with_spectrum

SHAPES = [(4, 4), (5, 3), (3, 5), (1, 1), (2, 3, 2), (2, 2, 2, 2), (0, 2), (2, 0), (0, 3, 2)]


def sample(*shape: int) -> Tensor:
    m, n = shape[-2:]
    if 0 in shape:
        return torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    count = int(torch.tensor(shape[:-2]).prod()) if shape[:-2] else 1
    return with_spectrum(m, n, geometric(min(m, n), 5), batch=count).reshape(shape).requires_grad_()


def check_twice(function: Callable[[Tensor], Tensor], A: Tensor) -> None:
    assert gradcheck(function, (A,), check_undefined_grad=False)
    assert gradgradcheck(function, (A,), check_undefined_grad=False)


@pytest.mark.parametrize("shape", [(4, 4), (1, 1), (2, 3, 3), (0, 0), (0, 2, 2)])
def test_inverse_is_differentiable_twice(shape: tuple[int, ...]) -> None:
    check_twice(lambda A: inverse(A).value, sample(*shape))


@pytest.mark.parametrize("solver", [NewtonSchulz(), HeavyBall()])
def test_inverse_has_the_same_derivative_by_every_method(solver: NewtonSchulz | HeavyBall) -> None:
    A = with_spectrum(2, 2, geometric(2, 2))[0].requires_grad_()
    check_twice(lambda A: inverse(A, solver).value, A)


@pytest.mark.parametrize("shape", SHAPES)
def test_pinverse_is_differentiable_twice(shape: tuple[int, ...]) -> None:
    check_twice(lambda A: pinverse(A).value, sample(*shape))


def test_pinverse_by_descent_is_differentiable_twice() -> None:
    check_twice(lambda A: pinverse(A, solver=CGLS()).value, sample(4, 3))


def test_pinverse_of_constant_rank_is_differentiable_through_its_factors() -> None:
    generator = torch.Generator().manual_seed(0)
    B, C = (torch.randn(4, 2, dtype=torch.float64, generator=generator, requires_grad=True) for _ in range(2))
    assert gradcheck(lambda B, C: pinverse(B @ C.mT, 1e-8).value, (B, C))
    assert gradgradcheck(lambda B, C: pinverse(B @ C.mT, 1e-8).value, (B, C))


GAUGE_INVARIANT: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "S": lambda U, S, Vh: S,
    "|U|": lambda U, S, Vh: U.abs(),
    "|V|": lambda U, S, Vh: Vh.abs(),
    "U V'": lambda U, S, Vh: U @ Vh,
    "U S V'": lambda U, S, Vh: (U * S.unsqueeze(-2)) @ Vh,
    "projector": lambda U, S, Vh: U[..., :1] @ U[..., :1].mT,
}


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 3, 2), (1, 1), (0, 3, 2)])
@pytest.mark.parametrize("name", list(GAUGE_INVARIANT))
def test_svd_is_differentiable_twice_where_signs_do_not_matter(shape: tuple[int, ...], name: str) -> None:
    check_twice(lambda A: GAUGE_INVARIANT[name](*svd(A).value), sample(*shape))


@pytest.mark.parametrize("name", ["S", "U V'", "projector"])
def test_svd_has_the_derivative_of_torch(name: str) -> None:
    A = sample(5, 3)
    function = GAUGE_INVARIANT[name]
    weights = torch.randn(function(*svd(A).value).shape, dtype=A.dtype, generator=torch.Generator().manual_seed(1))
    (ours,) = torch.autograd.grad((function(*svd(A).value) * weights).sum(), A)
    factors = torch.linalg.svd(A, full_matrices=False)
    (torchs,) = torch.autograd.grad((function(*factors) * weights).sum(), A)
    torch.testing.assert_close(ours, torchs, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("S", [[1.0, 1.0, 1.0], [2.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
def test_repeated_and_zero_singular_values_leave_no_nan(S: list[float]) -> None:
    A = with_spectrum(4, 3, torch.tensor(S))[0].requires_grad_()
    for function in GAUGE_INVARIANT.values():
        (gradient,) = torch.autograd.grad(function(*svd(A).value).sum(), A, create_graph=True)
        assert gradient.isfinite().all()
        (second,) = torch.autograd.grad(gradient.sum(), A)
        assert second.isfinite().all()


def test_exactly_repeated_singular_values_have_the_derivative_of_their_sum() -> None:
    A = torch.eye(3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(svd(A).value.S.sum(), A)
    torch.testing.assert_close(gradient, torch.eye(3, dtype=torch.float64))


def test_the_added_columns_of_full_matrices_have_no_derivative_and_say_so() -> None:
    A = sample(4, 2)
    value = svd(A, full_matrices=True).value
    value.S.sum().backward(retain_graph=True)
    with pytest.raises(DerivativeError, match="full_matrices"):
        value.U.square().sum().backward()


def test_nothing_is_recorded_when_nothing_is_asked() -> None:
    A = sample(3, 3).detach()
    assert not inverse(A).value.requires_grad
    assert not pinverse(A).value.requires_grad
    assert not svd(A).value.S.requires_grad
