"""Matrix products in about twice the working precision, with nothing but torch."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

MAX_SLICES = 8
"""Three slices hold matrices whose entries lie within a factor of 1e4 of a row's largest; eight hold nearly all."""


def doubled_residual(A: Float[Tensor, "*batch m n"], X: Float[Tensor, "*batch n m"]) -> Float[Tensor, "*batch m m"]:
    """Return ``I - A X`` as float64, computed in twice the precision of ``A`` and rounded once.

    For float32 that is float64. For float64, A and X are cut into slices of so few bits that every product of slices is
    exact, and the exact products are summed with their rounding errors.

    Source: K. Ozaki, T. Ogita, S. Oishi, S. Rump, Error-free transformations of matrix multiplication (2012).
    """
    eye = torch.eye(A.shape[-2], dtype=torch.float64, device=A.device)
    if A.dtype == torch.float32:
        return eye - A.double() @ X.double()
    bits = (53 - math.ceil(math.log2(max(A.shape[-1], 2)))) // 2
    rows = list(slices(A, bits))
    columns = [piece.mT for piece in slices(X.mT, bits)]
    total = eye.expand(*A.shape[:-2], *eye.shape)
    error = torch.zeros_like(total)
    for order in range(len(rows) + len(columns) - 1):
        for i in range(max(0, order - len(columns) + 1), min(order, len(rows) - 1) + 1):
            total, lost = two_sum(total, -(rows[i] @ columns[order - i]))
            error = error + lost
    return total + error


def slices(A: Float[Tensor, "*batch m n"], bits: int) -> Iterator[Float[Tensor, "*batch m n"]]:
    """Yield float64 matrices that add up to ``A``, each with ``bits`` bits below the largest entry of its row."""
    if A.numel() == 0:
        yield A
        return
    rest = A
    for _ in range(MAX_SLICES):
        _, exponent = torch.frexp(rest.abs().amax(dim=-1, keepdim=True))
        # Adding and taking away 1.5 * 2^(e + 52 - bits) rounds to multiples of 2^(e - bits): its last place.
        shift = torch.ldexp(torch.full_like(rest[..., :1], 1.5), exponent + 52 - bits)
        piece = (rest + shift) - shift
        yield piece
        rest = rest - piece
        if not bool(rest.any()):
            return


def two_sum(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return ``a + b`` rounded, and exactly what the rounding lost.

    Source: D. Knuth, The Art of Computer Programming, volume 2, section 4.2.2.
    """
    total = a + b
    virtual = total - a
    return total, (a - (total - virtual)) + (b - virtual)
