"""The pseudo-inverse of matrices of every shape and rank, and its cut."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from descent_linalg import (
    CGLS,
    BarzilaiBorwein,
    Brockett,
    HardCut,
    HeavyBall,
    Jacobi,
    Nesterov,
    NewtonSchulz,
    OptionError,
    Outcome,
    Refinement,
    SteepestDescent,
    pinverse,
)
from descent_linalg.solvers.hard_cut import FIXED_POINT, first_eigenvalue, largest_singular_value

from .matrices import geometric, norm, penrose_ratios, with_spectrum

SHAPES = [(4, 4), (8, 3), (3, 8), (6, 5), (1, 1), (1, 5), (5, 1)]
DTYPES = [torch.float32, torch.float64]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1.0, 1e-30, 1e30])
def test_full_rank_matrices_meet_all_four_penrose_conditions(
    shape: tuple[int, int], dtype: torch.dtype, scale: float
) -> None:
    A = scale * with_spectrum(*shape, geometric(min(shape), 1e3), batch=20, dtype=dtype)
    ratios = penrose_ratios(A.double() / scale, pinverse(A).value.double() * scale)
    assert max(ratios.values()) * torch.finfo(torch.float64).eps / torch.finfo(dtype).eps < 30, ratios


@pytest.mark.parametrize("shape", [(4, 4), (8, 3), (3, 8), (6, 5)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rank_deficient_matrices_meet_all_four_penrose_conditions(shape: tuple[int, int], dtype: torch.dtype) -> None:
    A = with_spectrum(*shape, torch.tensor([1.0, 0.3]), batch=20, dtype=dtype)
    ratios = penrose_ratios(A, pinverse(A).value)
    assert max(ratios.values()) < 30, ratios


@pytest.mark.parametrize("batch", [1, 3000])
def test_both_ways_of_summing_agree(batch: int) -> None:
    A = with_spectrum(4, 3, torch.tensor([2.0, 1.0]), batch=batch)
    torch.testing.assert_close(pinverse(A).value, torch.linalg.pinv(A), rtol=0.0, atol=1e-14)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (0, 3, 2), (2, 0, 4, 3), (5, 4, 0)])
def test_empty_matrices_have_empty_or_zero_pseudo_inverses(shape: tuple[int, ...]) -> None:
    X = pinverse(torch.zeros(shape)).value
    assert torch.equal(X, torch.linalg.pinv(torch.zeros(shape)))


@pytest.mark.parametrize("solver", [Jacobi(), HardCut(), CGLS(), SteepestDescent()])
def test_zero_has_the_pseudo_inverse_zero(solver: Any) -> None:  # noqa: ANN401
    solution = pinverse(torch.zeros(2, 3, 4), solver=solver)
    assert torch.equal(solution.value, torch.zeros(2, 4, 3))
    assert solution.outcome is Outcome.CONVERGED


@pytest.mark.parametrize(
    "solver", [CGLS(), HeavyBall(), SteepestDescent(), Nesterov(), BarzilaiBorwein(), HardCut(1e-3), Brockett(1e-4)]
)
@pytest.mark.parametrize("shape", [(6, 3), (3, 6), (4, 4)])
@pytest.mark.parametrize("rank", [2, 3])
def test_descent_from_zero_finds_the_smallest_least_squares_solution(
    solver: Any,  # noqa: ANN401
    shape: tuple[int, int],
    rank: int,
) -> None:
    A = with_spectrum(*shape, geometric(rank, 3), batch=2)
    rcond = 1e-3 if isinstance(solver, Brockett) else None
    solution = pinverse(A, rcond, solver)
    assert solution.outcome is Outcome.CONVERGED
    precise = 1e-2 if isinstance(solver, Brockett) else 1e-12
    torch.testing.assert_close(solution.value, torch.linalg.pinv(A), rtol=0.0, atol=precise)


@pytest.mark.parametrize("solver", [NewtonSchulz(), Refinement()])
def test_newton_schulz_inverts_full_rank_and_refuses_the_rest(solver: Any) -> None:  # noqa: ANN401
    tall = with_spectrum(6, 3, geometric(3, 10))
    torch.testing.assert_close(pinverse(tall, solver=solver).value, torch.linalg.pinv(tall), rtol=0.0, atol=1e-13)
    deficient = with_spectrum(6, 3, torch.tensor([1.0, 0.5]))
    assert pinverse(deficient, solver=solver).outcome is Outcome.SINGULAR


@pytest.mark.parametrize("rcond", [1e-15, 1e-8, 1e-3, 0.3])
def test_the_cut_keeps_exactly_the_singular_values_above_it(rcond: float) -> None:
    torch.manual_seed(1)
    exponent = torch.rand(500, 4, dtype=torch.float64) * 2 - 1
    # Singular values on both sides of the cut, never nearer to it than 1 %.
    S = torch.where(exponent > 0, 1.01, 1 / 1.01) * rcond * torch.exp(3 * exponent)
    S = torch.cat([torch.ones(500, 1, dtype=torch.float64), S.clamp(max=1)], dim=1)
    A = torch.diag_embed(S) * 2.0 ** torch.randint(-8, 9, (500, 1, 1))
    kept = (pinverse(A, rcond).value.diagonal(dim1=-2, dim2=-1) != 0).sum()
    assert kept == (torch.pinverse(A, rcond).diagonal(dim1=-2, dim2=-1) != 0).sum()
    assert kept == (rcond < S).sum()


def test_a_singular_value_on_the_cut_is_dropped() -> None:
    A = torch.diag(torch.tensor([1.0, 0.5, 0.25]))
    assert pinverse(A, 0.5).value.diagonal().tolist() == [1.0, 0.0, 0.0]
    assert torch.pinverse(A, 0.5).diagonal().tolist() == [1.0, 0.0, 0.0]


def test_the_default_cut_is_eps_times_the_long_side() -> None:
    eps = torch.finfo(torch.float32).eps
    A = torch.zeros(3, 5)
    A[0, 0], A[1, 1], A[2, 2] = 1.0, 5.5 * eps, 4.5 * eps
    assert (pinverse(A).value != 0).sum() == 2


def test_the_default_of_torch_is_a_trap_in_float32() -> None:
    A = with_spectrum(6, 4, torch.tensor([1.0, 0.5]), dtype=torch.float32)
    assert norm(pinverse(A).value) < 2.1
    assert norm(pinverse(A, 1e-15).value) > 1e5
    assert norm(torch.pinverse(A)) > 1e5


@pytest.mark.parametrize("rcond", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("gap", [3.0, 1.01])
def test_the_hard_cut_by_products_falls_where_it_should(rcond: float, gap: float) -> None:
    S = torch.tensor([1.0, 0.5, rcond * gap, rcond / gap], dtype=torch.float64)
    A = with_spectrum(10, 8, S, batch=2)
    solution = pinverse(A, rcond, HardCut())
    assert solution.outcome is Outcome.CONVERGED
    expected = torch.linalg.pinv(A, rtol=rcond)
    assert (norm(solution.value - expected) / norm(expected)).max() < 1e-13 / rcond


def test_the_cut_arrives_at_the_fixed_point_of_the_double_step() -> None:
    assert pytest.approx(FIXED_POINT, rel=1e-14) == (2 * FIXED_POINT - FIXED_POINT**2) ** 2
    for rcond, steps in ((1e-2, 13), (1e-4, 26), (1e-6, 39), (1e-8, 53)):
        t, count = first_eigenvalue(rcond)
        assert count == steps
        assert t <= rcond**2
        for _ in range(count):
            t = 2 * t - t * t
        assert t == pytest.approx(FIXED_POINT, rel=1e-12)


def test_the_power_method_finds_the_largest_singular_value() -> None:
    A = with_spectrum(5, 7, torch.tensor([3.0, 2.999, 1.0]), batch=4)
    torch.testing.assert_close(largest_singular_value(A).flatten(), torch.full((4,), 3.0, dtype=A.dtype))
    assert largest_singular_value(torch.zeros(2, 3)).item() == 0


@pytest.mark.parametrize("rcond", [-0.1, 1.0, float("nan")])
def test_a_cut_outside_its_range_is_refused(rcond: float) -> None:
    with pytest.raises(OptionError, match=r"rcond = .*: give a number of \[0, 1\)"):
        pinverse(torch.eye(2), rcond)


def test_a_cut_that_products_cannot_resolve_is_refused() -> None:
    with pytest.raises(OptionError, match="use Jacobi below"):
        pinverse(torch.eye(2), 1e-6, HardCut())


def test_a_method_without_a_cut_refuses_one() -> None:
    with pytest.raises(OptionError, match="CGLS has no cut"):
        pinverse(torch.eye(2), 1e-3, CGLS())
