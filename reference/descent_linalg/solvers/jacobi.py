"""The singular value decomposition by one-sided Jacobi rotations, for whole batches at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import torch
from jaxtyping import Float, Int
from torch import Tensor

from descent_linalg.factors import Factors, complete
from descent_linalg.problem import power_of_two
from descent_linalg.rotations import MAX_SWEEPS, PAIRWISE_FROM, Sweeps, column_dots
from descent_linalg.solution import Outcome, Progress

MODERATE = (1 / 8, 8)
"""Matrices whose largest entries lie in here need no scaling; there, every threshold keeps a wide margin."""


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

    def decompose(self, A: Float[Tensor, "batch m n"], progress: Progress | None = None) -> Factors:
        """Return the factors of tall or square matrices, singular values descending.

        ``losses`` is ``off(V'A'AV)`` before each sweep and, last, after the last: exactly what the sweeps removed,
        of the matrix scaled so that its largest entry is of order one.
        """
        sweeps, scale = self._sweep(A, progress)
        U, S, Vh = _sorted_factors(sweeps.W, A.shape[-2])
        U = complete(U, S)
        if scale is not None:
            S = S / scale.unsqueeze(-1)
        return Factors(U, S, Vh, _outcome(sweeps), _losses(sweeps))

    def invert(
        self, A: Float[Tensor, "batch m n"], rcond: float, progress: Progress | None = None
    ) -> tuple[Float[Tensor, "batch n m"], Outcome, Float[Tensor, "steps batch"]]:
        """Return the pseudo-inverses of tall or square matrices, the outcome and the losses.

        Singular values above ``rcond`` times the largest are kept. The same as through the factors, without the cost of
        sorting them.
        """
        sweeps, scale = self._sweep(A, progress)
        X = _pinverse(sweeps.W, A.shape[-2], rcond)
        if scale is not None:
            X = X * scale[:, None, None]
        return X, _outcome(sweeps), _losses(sweeps)

    def _sweep(self, A: Tensor, progress: Progress | None) -> tuple[Sweeps, Tensor | None]:
        W, scale = scaled_columns(A)
        sweeps = Sweeps(W, A.shape[-2])
        sweeps.run(self.max_sweeps, progress)
        return sweeps, scale


def scaled_columns(A: Float[Tensor, "batch m n"]) -> tuple[Float[Tensor, "n k batch"], Float[Tensor, " batch"] | None]:
    """Return the columns of ``A`` over those of the identity, batch last, and the powers of two that scaled ``A``."""
    batch, m, n = A.shape
    W = A.new_empty(n, m + n, batch)
    top = W[:, :m].copy_(A.permute(2, 1, 0))
    W[:, m:] = torch.eye(n, dtype=A.dtype, device=A.device).unsqueeze(-1)
    largest = top.abs().amax(dim=(0, 1))
    low, high = (float(bound) for bound in torch.aminmax(largest))
    if MODERATE[0] <= low and high <= MODERATE[1]:
        return W, None
    scale = power_of_two(largest)
    top *= scale
    return W, scale


def _sorted_factors(W: Tensor, m: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, S and Vh of orthogonal columns ``W``, batch first; columns of U where S is 0 are zero."""
    n, _, batch = W.shape
    lengths = _normalise(W, m)
    if n == 2:
        # Two columns are in order or are exchanged, which is cheaper than to sort.
        ordered = lengths[0] >= lengths[1]
        W, lengths = torch.where(ordered, W, W.flip(0)), torch.where(ordered, lengths, lengths.flip(0))
        return _rows(W[:, :m]).mT, lengths.T.contiguous(), _rows(W[:, m:])
    S, order = lengths.T.contiguous().sort(dim=1, descending=True)
    rows = order.add_(torch.arange(0, batch * n, n, device=W.device).unsqueeze(1)).flatten()
    return _rows(W[:, :m], rows).mT, S, _rows(W[:, m:], rows)


def _normalise(W: Tensor, m: int) -> Tensor:
    """Scale both parts of the columns to length one, and return the singular values.

    Each rotation stretches its columns by a rounding error, A V and V alike: the lengths of V, which should be one, say
    by how much in all, and the singular values lose it again.
    """
    norms, stretch = column_dots(W, W, m).sqrt_(), column_dots(W[:, m:], W[:, m:], W.shape[0]).sqrt_()
    W[:, :m] /= norms.clamp(min=torch.finfo(W.dtype).tiny).unsqueeze(1)
    W[:, m:] /= stretch.unsqueeze(1)
    return norms.div_(stretch)


def _rows(W: Float[Tensor, "n k batch"], order: Int[Tensor, " nbatch"] | None = None) -> Float[Tensor, "batch n k"]:
    """Return columns as rows, in a new order; whole rows are copied, several times faster than gathering numbers."""
    n, k, batch = W.shape
    rows = W.permute(2, 0, 1).reshape(batch * n, k)
    return (rows if order is None else rows.index_select(0, order)).view(batch, n, k)


def _pinverse(W: Tensor, m: int, rcond: float) -> Tensor:
    """Return the sum of ``v u' / s`` over the kept columns ``u s`` of ``W``, each over its ``v``, batch first."""
    n, _, batch = W.shape
    S = _normalise(W, m)
    kept = rcond * S.amax(dim=0) < S
    inverse = torch.where(kept, S, torch.inf).reciprocal_().unsqueeze(1)
    top, rotations = W[:, :m].mul_(inverse), W[:, m:]
    if batch < PAIRWISE_FROM:
        return rotations.permute(2, 1, 0) @ top.permute(2, 0, 1)
    X = rotations[0].unsqueeze(1) * top[0].unsqueeze(0)
    for column in range(1, n):
        X.addcmul_(rotations[column].unsqueeze(1), top[column].unsqueeze(0))
    return X.permute(2, 0, 1).contiguous()


def _outcome(sweeps: Sweeps) -> Outcome:
    return Outcome.MAX_STEPS_REACHED if sweeps.left else Outcome.CONVERGED


def _losses(sweeps: Sweeps) -> Tensor:
    """Return what later sweeps will remove, before every sweep and after the last one."""
    last = torch.zeros_like(sweeps.removed[0])
    return 2 * torch.stack(list(accumulate([last, *reversed(sweeps.removed)]))[::-1])
