"""The extreme singular values of a matrix, which the optimal parameters of first-order methods need."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.rotations import Sweeps


def singular_value_range(
    A: Float[Tensor, "*batch m n"],
) -> tuple[Float[Tensor, "*batch 1 1"], Float[Tensor, "*batch 1 1"]]:
    """Return the largest and the smallest nonzero singular value of each matrix; 1 and 1 for a zero matrix.

    A singular value counts as zero at or below ``eps * max(m, n)`` times the largest.
    """
    S = singular_values(A)
    if S.numel() == 0:
        one = torch.ones(*A.shape[:-2], 1, 1, dtype=A.dtype, device=A.device)
        return one, one
    largest = S.amax(dim=-1, keepdim=True)
    cut = torch.finfo(A.dtype).eps * max(A.shape[-2:]) * largest
    smallest = torch.where(cut >= S, torch.inf, S).amin(dim=-1, keepdim=True)
    largest = torch.where(largest > 0, largest, 1.0)
    return largest.unsqueeze(-1), torch.minimum(smallest, largest).unsqueeze(-1)


def singular_values(A: Float[Tensor, "*batch m n"]) -> Float[Tensor, "*batch k"]:
    """Return the singular values of each matrix, in no order."""
    tall = A if A.shape[-2] >= A.shape[-1] else A.mT
    m, n = tall.shape[-2:]
    if tall.numel() == 0:
        return tall.new_zeros(*tall.shape[:-2], n)
    columns = tall.reshape(-1, m, n).permute(2, 1, 0).clone(memory_format=torch.contiguous_format)
    sweeps = Sweeps(columns, m)
    sweeps.run()
    return sweeps.W.square().sum(dim=1).sqrt().T.reshape(*A.shape[:-2], n)
