"""The singular value decomposition by one-sided Jacobi rotations, for whole batches at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.factors import Factors, complete
from descent_linalg.rotations import MAX_SWEEPS, Sweeps
from descent_linalg.solution import Outcome, Progress


@dataclass(frozen=True)
class Jacobi:
    """Rotations of pairs of columns of ``A V`` until all are orthogonal: then ``A V = U diag(S)``.

    Each rotation is the exact line search on ``off(V'A'AV)``, the sum of squared off-diagonal entries, along a
    coordinate geodesic of the orthogonal group, so the cost never rises. Needs nothing, and reaches machine precision
    for clustered, repeated, tiny and zero singular values alike.

    Args:
        max_sweeps: The budget; a sweep rotates every pair once. Five to seven are usual for sides up to 8.

    Source: M. Hestenes (1958); J. Demmel and K. Veselic (1992) on its accuracy.
    """

    max_sweeps: int = MAX_SWEEPS

    def decompose(
        self, A: Float[Tensor, "batch m n"], start: Factors | None = None, progress: Progress | None = None
    ) -> Factors:
        """Return the factors of tall or square matrices, singular values descending.

        ``losses`` is ``off(V'A'AV)`` before each sweep and, last, after the last: exactly what the sweeps removed.
        """
        m = A.shape[-2]
        sweeps = Sweeps(columns_with_rotations(A), m)
        sweeps.run(self.max_sweeps, progress)
        U, S, Vh = _sorted_factors(sweeps.W, m)
        outcome = Outcome.MAX_STEPS_REACHED if sweeps.left else Outcome.CONVERGED
        removed = torch.stack([*sweeps.removed, torch.zeros_like(S[:, 0])])
        losses = 2 * removed.flip(0).cumsum(dim=0).flip(0)
        return Factors(complete(U, S), S, Vh, outcome, losses)


def columns_with_rotations(A: Float[Tensor, "batch m n"]) -> Float[Tensor, "n mn batch"]:
    """Return the columns of ``A`` with those of the identity below them, batch last."""
    batch, m, n = A.shape
    W = A.new_zeros(n, m + n, batch)
    W[:, :m] = A.permute(2, 1, 0)
    for column in range(n):
        W[column, m + column] = 1
    return W


def _sorted_factors(W: Tensor, m: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, S and Vh of orthogonal columns ``W``, batch first; columns of U where S is 0 are zero."""
    n, k, batch = W.shape
    norms = W[:, :m].square().sum(dim=1).sqrt()
    S, order = norms.T.sort(dim=1, descending=True)
    rows = (torch.arange(batch, device=W.device) * n).unsqueeze(1) + order
    # Rows of k numbers are copied whole, which is several times faster than a gather of single ones.
    sorted_rows = W.permute(2, 0, 1).reshape(batch * n, k).index_select(0, rows.flatten()).view(batch, n, k)
    divisor = torch.where(S > 0, S, 1.0).unsqueeze(-1)
    return (sorted_rows[..., :m] / divisor).mT, S, sorted_rows[..., m:].contiguous()
