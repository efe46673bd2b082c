"""Matrices with prescribed singular values, and the ratios that the reference is measured by."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

EPS_NOTE = "eps is 2^-52 in float64 and 2^-23 in float32; a right answer has ratios of order one."


def geometric(count: int, condition_number: float) -> Tensor:
    """Return singular values from 1 down to ``1 / condition_number``, evenly spaced in their logarithms."""
    return torch.logspace(0, -math.log10(condition_number), count, dtype=torch.float64)


def with_spectrum(m: int, n: int, S: Tensor, batch: int, dtype: torch.dtype, seed: int = 0) -> Tensor:
    """Return ``batch`` random matrices (m, n) with these singular values, padded with zeros."""
    generator = torch.Generator().manual_seed(seed)
    k = min(m, n)
    full = torch.zeros(k, dtype=torch.float64)
    full[: len(S)] = S
    U, V = (
        torch.linalg.qr(torch.randn(batch, side, k, dtype=torch.float64, generator=generator))[0] for side in (m, n)
    )
    matrices: Tensor = ((U * full) @ V.mT).to(dtype)
    return matrices


def norm(A: Tensor) -> Tensor:
    """Return the largest singular value of each matrix."""
    largest: Tensor = torch.linalg.matrix_norm(A, 2)
    return largest


def one_norm(A: Tensor) -> Tensor:
    """Return the largest column sum of each matrix."""
    return A.abs().sum(dim=-2).amax(dim=-1)


def singular_values(A: Tensor) -> Tensor:
    """Return ``u'Av / |u||v|`` for LAPACK's vectors of a float64 matrix: wrong by the square of their errors only.

    LAPACK's own values will not do: `torch.linalg.svdvals` was seen to be off by 21 eps on a clustered 6x5 matrix.
    """
    U, _, Vh = torch.linalg.svd(A, full_matrices=False)
    lengths = U.square().sum(dim=-2).sqrt() * Vh.square().sum(dim=-1).sqrt()
    values: Tensor = ((U * (A @ Vh.mT)).sum(dim=-2) / lengths).sort(dim=-1, descending=True).values
    return values


def identity_error(product: Tensor) -> Tensor:
    """Return ``I - product``."""
    return torch.eye(product.shape[-1], dtype=product.dtype) - product


def inverse_ratios(A: Tensor, invert: Callable[[Tensor], Tensor]) -> tuple[float, ...]:
    """Return left and right ``|I - X A|_1 / (n |A|_1 |X|_1 eps)``, the largest of the batch."""
    X, eps, n = invert(A).double(), torch.finfo(A.dtype).eps, A.shape[-1]
    A = A.double()
    allowed = n * eps * one_norm(A) * one_norm(X)
    return tuple(float((one_norm(identity_error(P)) / allowed).max()) for P in (X @ A, A @ X))


def penrose_ratios(A: Tensor, invert: Callable[[Tensor], Tensor]) -> tuple[float, ...]:
    """Return the ratios of the four Penrose conditions, the largest of the batch; the last two are over k d eps."""
    X, eps, d = invert(A).double(), torch.finfo(A.dtype).eps, max(A.shape[-2:])
    A = A.double()
    AX, XA, size = A @ X, X @ A, norm(A) * norm(X) * d * eps
    ratios = (
        norm(AX @ A - A) / (norm(A) * size),
        norm(XA @ X - X) / (norm(X) * size),
        norm(AX - AX.mT) / size,
        norm(XA - XA.mT) / size,
    )
    return tuple(float(ratio.max()) for ratio in ratios)


def svd_ratios(A: Tensor, decompose: Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]) -> tuple[float, ...]:
    """Return the ratios of reconstruction, U, V and S, the largest of the batch."""
    U, S, Vh = (factor.double() for factor in decompose(A))
    (m, n), eps = A.shape[-2:], torch.finfo(A.dtype).eps
    A = A.double()
    size = norm(A)
    ratios = (
        norm(A - (U * S.unsqueeze(-2)) @ Vh) / (size * max(m, n) * eps),
        norm(identity_error(U.mT @ U)) / (m * eps),
        norm(identity_error(Vh @ Vh.mT)) / (n * eps),
        (S - singular_values(A)).abs().amax(dim=-1) / (min(m, n) * eps * size),
    )
    return tuple(float(ratio.max()) for ratio in ratios)
