"""The singular value decomposition of matrices of every shape, rank and spectrum."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from descent_linalg import Brockett, Jacobi, Outcome, svd
from descent_linalg.rotations import PAIRWISE_FROM, Sweeps
from descent_linalg.solvers.jacobi import scaled_columns

from .matrices import geometric, svd_ratios, with_spectrum

DTYPES = [torch.float32, torch.float64]
SHAPES = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 3), (3, 5), (12, 2), (7, 7), (9, 8)]


def spectra(k: int) -> dict[str, Tensor]:
    ones = torch.ones(k, dtype=torch.float64)
    gap = ones.clone()
    gap[k // 2 :] -= 1e-6
    return {
        "geometric": geometric(k, 1e3),
        "equal": ones,
        "clustered": gap,
        "graded": geometric(k, 1e8),
        "rank 1": ones[:1],
    }


def check(A: Tensor, bound: float = 4.0) -> None:
    solution = svd(A)
    assert solution.outcome is Outcome.CONVERGED
    U, S, Vh = solution.value
    assert (S >= 0).all()
    assert (S.diff(dim=-1) <= 0).all()
    ratios = svd_ratios(A, U, S, Vh)
    assert max(ratios.values()) <= bound, ratios


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_all_spectra_reach_machine_precision(shape: tuple[int, int], dtype: torch.dtype) -> None:
    for S in spectra(min(shape)).values():
        check(with_spectrum(*shape, S, batch=6, dtype=dtype))


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_large_batches_take_the_other_path_to_the_same_precision(n: int, dtype: torch.dtype) -> None:
    batch = PAIRWISE_FROM + 500
    check(torch.cat([with_spectrum(n, n, S, batch=batch // 5 + 1, dtype=dtype) for S in spectra(n).values()]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_rounding_that_rotations_share_is_taken_out_again(dtype: torch.dtype) -> None:
    """Every rotation stretches A V and V alike; without the division at the end these ratios are above 2."""
    A = torch.randn(5000, 4, 4, dtype=dtype, generator=torch.Generator().manual_seed(0))
    ratios = svd_ratios(A, *svd(A).value)
    assert max(ratios["reconstruction"], ratios["V"]) < 1.7, ratios


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e30, 1e300])
def test_scale_neither_overflows_nor_underflows(scale: float) -> None:
    A = with_spectrum(4, 3, geometric(3, 10), batch=3)
    U, S, Vh = svd(A * scale).value
    check(A * scale)
    torch.testing.assert_close(S / scale, svd(A).value.S, rtol=1e-14, atol=0.0)
    assert torch.equal(U, svd(A).value.U) or torch.allclose(U, svd(A).value.U, atol=1e-13)
    assert Vh.isfinite().all()


@pytest.mark.parametrize(
    "A", [torch.zeros(3, 2), torch.ones(5, 4), torch.eye(4), torch.eye(3)[[1, 2, 0]], -torch.eye(2)]
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_special_matrices(A: Tensor, dtype: torch.dtype) -> None:
    check(A.to(dtype), bound=1.0)


def test_the_identity_is_left_alone() -> None:
    U, S, Vh = svd(torch.eye(3)).value
    assert torch.equal(U, torch.eye(3))
    assert torch.equal(S, torch.ones(3))
    assert torch.equal(Vh, torch.eye(3))


def test_tiny_singular_values_keep_their_digits() -> None:
    S = torch.tensor([1.0, 1e-5, 1e-9], dtype=torch.float64)
    scaled = torch.eye(3, dtype=torch.float64) + 0.1 * torch.ones(3, 3, dtype=torch.float64)
    # Columns of very different length are no difficulty: the relative error stays at eps times a small number.
    A = scaled * S
    exact = torch.linalg.svdvals(A.mT @ A).sqrt()
    computed = svd(A).value.S
    assert (computed[:2] / exact[:2] - 1).abs().max() < 1e-6
    assert computed[2] > 0


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (0, 3, 2), (2, 0, 4, 3), (5, 4, 0)])
@pytest.mark.parametrize("full_matrices", [False, True])
def test_empty_matrices_have_factors_of_torchs_shapes(shape: tuple[int, ...], *, full_matrices: bool) -> None:
    A = torch.zeros(shape)
    ours, torchs = svd(A, full_matrices=full_matrices).value, torch.linalg.svd(A, full_matrices=full_matrices)
    assert [factor.shape for factor in ours] == [factor.shape for factor in torchs]
    for factor in (ours.U, ours.Vh.mT):
        torch.testing.assert_close(factor.mT @ factor, torch.eye(factor.shape[-1]).expand(*factor.shape[:-2], -1, -1))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 2), (3, 3)])
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_full_matrices_are_square_and_orthogonal(shape: tuple[int, int], rank: int) -> None:
    A = with_spectrum(*shape, torch.ones(rank), batch=2)
    U, S, Vh = svd(A, full_matrices=True).value
    assert U.shape[-1] == shape[-2]
    assert Vh.shape[-2] == shape[-1]
    for factor in (U, Vh):
        eye = torch.eye(factor.shape[-1], dtype=A.dtype).expand_as(factor)
        torch.testing.assert_close(factor.mT @ factor, eye, rtol=0.0, atol=2e-15)
    k = S.shape[-1]
    torch.testing.assert_close((U[..., :k] * S.unsqueeze(-2)) @ Vh[..., :k, :], A, rtol=0.0, atol=4e-15)


def test_batches_of_any_depth_are_single_matrices_side_by_side() -> None:
    A = with_spectrum(4, 3, geometric(3, 10), batch=6).reshape(2, 3, 4, 3)
    S = svd(A).value.S
    assert S.shape == (2, 3, 3)
    for i in range(2):
        for j in range(3):
            torch.testing.assert_close(S[i, j], svd(A[i, j]).value.S, rtol=1e-14, atol=0.0)


def test_losses_are_the_off_diagonal_mass_before_each_sweep() -> None:
    A = with_spectrum(5, 4, geometric(4, 5), batch=2)
    solution = svd(A)
    scale = scaled_columns(A)[1]
    scaled = A if scale is None else A * scale[:, None, None]
    gram = scaled.mT @ scaled
    off = gram.square().sum(dim=(-2, -1)) - gram.diagonal(dim1=-2, dim2=-1).square().sum(dim=-1)
    torch.testing.assert_close(solution.losses[0], off, rtol=1e-12, atol=1e-15)
    assert (solution.losses.diff(dim=0) <= 0).all()
    assert len(solution.losses) == solution.steps + 1


def test_a_spent_budget_of_sweeps_is_an_outcome() -> None:
    A = with_spectrum(8, 8, geometric(8, 1e3))
    assert svd(A, Jacobi(max_sweeps=2)).outcome is Outcome.MAX_STEPS_REACHED


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("batch", [3, PAIRWISE_FROM])
def test_one_sweep_meets_every_pair(n: int, batch: int) -> None:
    """With all columns equal but one, a sweep that misses a pair leaves its mass in place."""
    W, _ = scaled_columns(with_spectrum(n, n, geometric(n, 2), batch=batch))
    sweeps = Sweeps(W, n)
    sweeps.run()
    columns = sweeps.W[:, :n].permute(2, 0, 1)
    gram = columns @ columns.mT
    off = gram - torch.diag_embed(gram.diagonal(dim1=-2, dim2=-1))
    assert off.abs().max() < 1e-14


def test_matrices_that_converged_are_set_aside_and_come_back_in_place() -> None:
    easy = torch.diag_embed(torch.rand(50, 4, dtype=torch.float64) + 1)
    hard = with_spectrum(4, 4, geometric(4, 1e6), batch=5)
    A = torch.cat([easy[:20], hard, easy[20:]])
    check(A)
    torch.testing.assert_close(svd(A).value.S[20:25], torch.linalg.svdvals(hard), rtol=0.0, atol=1e-15)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (2, 4)])
def test_brockett_descends_on_separated_spectra(shape: tuple[int, int]) -> None:
    A = with_spectrum(*shape, torch.linspace(2, 1, min(shape), dtype=torch.float64), batch=2)
    solution = svd(A, Brockett(tolerance=1e-4))
    assert solution.outcome is Outcome.CONVERGED
    U, S, Vh = solution.value
    torch.testing.assert_close((U * S.unsqueeze(-2)) @ Vh, A, rtol=0.0, atol=1e-2)
    torch.testing.assert_close(S, torch.linalg.svdvals(A), rtol=0.0, atol=1e-6)
    assert (solution.losses.diff(dim=0) <= 1e-14).all()


@pytest.mark.slow
def test_brockett_ends_near_the_square_root_of_eps() -> None:
    A = with_spectrum(5, 4, torch.linspace(2, 1, 4, dtype=torch.float64))
    U, S, Vh = svd(A, Brockett()).require()
    torch.testing.assert_close((U * S.unsqueeze(-2)) @ Vh, A, rtol=0.0, atol=1e-5)


def test_brockett_says_when_a_cluster_is_too_much_for_it() -> None:
    A = with_spectrum(4, 4, torch.tensor([1.0, 1.0, 0.5, 0.5]) + torch.tensor([1e-6, 0, 0, 0]))
    assert svd(A, Brockett(max_steps=20)).outcome is Outcome.MAX_STEPS_REACHED
