"""The assignment's functions, built on the reference as a notebook would define them."""

from __future__ import annotations

import pytest
import torch

from .adapter import calculate_inverse, safe_learning_rate
from .matrices import geometric, with_spectrum


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_scaled_matrices_are_inverted_without_a_rate(scale: float) -> None:
    M = scale * with_spectrum(8, 8, geometric(8, 20), dtype=torch.float32)[0]
    X, losses = calculate_inverse(M)
    assert (X @ M - torch.eye(8)).abs().max() < 1e-5
    assert (M @ X - torch.eye(8)).abs().max() < 1e-5
    assert losses[-1] < 1e-10 < losses[0]


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_safe_rate_is_below_the_limit_and_not_absurdly_small(momentum: float) -> None:
    M = with_spectrum(6, 6, geometric(6, 10) * 3)[0]
    limit = 36 * (1 + momentum) / 9
    assert limit / 50 < safe_learning_rate(M, momentum) < limit


def test_a_given_rate_makes_one_update_a_step() -> None:
    M = torch.diag(torch.tensor([1.0, 2.0]))
    X, losses = calculate_inverse(M, 0.5, 0.9, 1, torch.zeros(2, 2))
    # mean((X M - I)^2) from X = 0 is 1/2, its gradient -2/4 M'.
    assert losses == [0.5]
    torch.testing.assert_close(X, 0.25 * M)
