"""The published algorithm, reproduced: its iteration counts, its divergence, and that it is heavy ball."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from descent_linalg import Form, HeavyBall, Outcome, Penalty, Published, Solution, inverse, svd

from .matrices import with_spectrum

DIAGONAL = torch.diag(torch.tensor([1.0, 2, 3, 4], dtype=torch.float64))


def run(M: Tensor, momentum: float = 0.9, start: Tensor | None = None, steps: int = 300) -> Solution[Tensor]:
    return inverse(M, Published(0.9, momentum), form=Form.XA, start=start, max_steps=steps, all_steps=True)


def first_below(losses: Tensor, bound: float) -> int:
    return int((losses < bound).nonzero()[0])


def test_diagonal_from_zero_takes_the_published_114_and_195_steps() -> None:
    losses = run(DIAGONAL, start=torch.zeros_like(DIAGONAL)).losses
    assert (first_below(losses, 1e-6), first_below(losses, 1e-10)) == (114, 195)


def test_diagonal_from_random_starts_takes_123_to_131_and_195_to_218_steps() -> None:
    """Now and then a start has no share in the slowest direction and does as well as zero: 114 steps."""
    torch.manual_seed(0)
    curves = [run(DIAGONAL).losses for _ in range(20)]
    coarse = [first_below(losses, 1e-6) for losses in curves]
    assert {count for count in coarse if not 123 <= count <= 131} <= {114}
    assert sum(123 <= count <= 131 for count in coarse) >= 18
    assert all(195 <= first_below(losses, 1e-10) <= 218 for losses in curves)


def test_without_momentum_the_diagonal_is_faster() -> None:
    losses = run(DIAGONAL, momentum=0.0, start=torch.zeros_like(DIAGONAL)).losses
    assert (first_below(losses, 1e-6), first_below(losses, 1e-10)) == (47, 85)


def test_without_momentum_random_starts_meet_the_published_46_and_85() -> None:
    torch.manual_seed(0)
    counts = [run(DIAGONAL, momentum=0.0).losses for _ in range(20)]
    assert {first_below(losses, 1e-6) for losses in counts} >= {46}
    assert {first_below(losses, 1e-10) for losses in counts} >= {85}


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_diagonal_1_2_3_6_diverges(momentum: float) -> None:
    M = torch.diag(torch.tensor([1.0, 2, 3, 6]))
    assert run(M, momentum, steps=2000).outcome is Outcome.NONFINITE


@pytest.mark.parametrize("share", [0.99, 1.01])
def test_the_stability_limit_is_where_the_theorem_says(share: float) -> None:
    largest = 4 * (1.9 / 0.9) ** 0.5 * share
    M = with_spectrum(4, 4, torch.tensor([largest, 2, 2, 1]))[0]
    falls = run(M, steps=4000).losses[-1] < 1e-3
    assert bool(falls) is (share < 1)


@pytest.mark.parametrize("form", list(Form))
def test_autograd_with_a_multiplied_gradient_is_heavy_ball(form: Form) -> None:
    M = with_spectrum(5, 5, torch.tensor([2.0, 1, 1, 0.5, 0.3]))[0]
    start = torch.full_like(M, 0.3)
    by_autograd = inverse(M, Published(0.8, 0.7), form=form, start=start, max_steps=40, all_steps=True)
    by_hand = inverse(M, HeavyBall(0.8, 0.7), form=form, start=start, max_steps=40, all_steps=True)
    torch.testing.assert_close(by_autograd.losses, by_hand.losses, rtol=1e-12, atol=0.0)
    torch.testing.assert_close(by_autograd.value, by_hand.value, rtol=1e-12, atol=1e-13)


def test_a_schedule_scales_the_rate_of_each_update() -> None:
    solver = Published(0.9, 0.0, schedule=lambda number: 1.0 if number == 0 else 0.0)
    solution = inverse(DIAGONAL, solver, start=torch.zeros_like(DIAGONAL), max_steps=5, all_steps=True)
    assert solution.losses[1] < solution.losses[0]
    assert (solution.losses[1:] == solution.losses[1]).all()


def test_the_floor_of_a_rank_deficient_matrix_is_its_missing_rank() -> None:
    M = with_spectrum(4, 4, torch.tensor([2.0, 1.0]))[0]
    assert run(M, steps=3000).losses[-1].item() == pytest.approx((4 - 2) / 16, rel=1e-6)


def test_the_penalty_decomposes_a_small_matrix_roughly() -> None:
    generator = torch.Generator().manual_seed(3)
    M = torch.rand(5, 4, dtype=torch.float64, generator=generator)
    solution = svd(M, Penalty(max_steps=1500))
    U, S, Vh = solution.value
    assert solution.losses[-1] < 1e-2 < solution.losses[0]
    assert (S.diff() <= 0).all()
    assert (U * S @ Vh - M).abs().max() < 0.2


def test_the_penalty_leaves_a_component_at_zero_for_ever() -> None:
    """The gradient by d is 2 d (...), so d = 0 is a stationary point: the reason to take S itself."""
    d = torch.zeros(1, requires_grad=True)
    (d.square() - 1).square().sum().backward()
    assert d.grad is not None
    assert d.grad.item() == 0
