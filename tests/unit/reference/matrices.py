"""Matrices with prescribed singular values, and LAPACK's test ratios to judge an answer by."""

from __future__ import annotations

import torch
from torch import Tensor


def orthonormal(rows: int, columns: int, *batch: int, generator: torch.Generator) -> Tensor:
    """Return random orthonormal columns, float64."""
    gaussian = torch.randn(*batch, rows, columns, dtype=torch.float64, generator=generator)
    Q: Tensor = torch.linalg.qr(gaussian)[0]
    return Q


def with_spectrum(
    m: int, n: int, S: Tensor, *, batch: int = 1, dtype: torch.dtype = torch.float64, seed: int = 0
) -> Tensor:
    """Return ``batch`` matrices (m, n) that have the singular values ``S``, padded with zeros."""
    generator = torch.Generator().manual_seed(seed)
    k = min(m, n)
    full = torch.zeros(k, dtype=torch.float64)
    full[: len(S)] = S
    U, V = orthonormal(m, k, batch, generator=generator), orthonormal(n, k, batch, generator=generator)
    return ((U * full) @ V.mT).to(dtype)


def geometric(count: int, condition_number: float) -> Tensor:
    """Return ``count`` singular values from 1 down to ``1 / condition_number``, evenly spaced in their logarithms."""
    return torch.logspace(0, -torch.log10(torch.tensor(condition_number)).item(), count, dtype=torch.float64)


def svd_ratios(A: Tensor, U: Tensor, S: Tensor, Vh: Tensor) -> dict[str, float]:
    """Return the largest LAPACK ratios of a batch of decompositions; right answers have ratios of order one."""
    m, n = A.shape[-2:]
    eps = torch.finfo(A.dtype).eps
    A, U, S, Vh = (tensor.double() for tensor in (A, U, S, Vh))
    left, _, right = torch.linalg.svd(A, full_matrices=False)
    # u'Av is wrong by the square of LAPACK's errors only; its own singular values can be off by 21 eps.
    true = (left * (A @ right.mT)).sum(dim=-2).sort(dim=-1, descending=True).values
    size = norm(A).clamp(min=1e-300)
    ratios = {
        "reconstruction": norm(A - (U * S.unsqueeze(-2)) @ Vh) / (size * max(m, n) * eps),
        "U": norm(eye_like(U.mT @ U) - U.mT @ U) / (m * eps),
        "V": norm(eye_like(Vh @ Vh.mT) - Vh @ Vh.mT) / (n * eps),
        "S": (S - true).abs().amax(dim=-1) / (min(m, n) * eps * size),
    }
    return {name: float(ratio.max()) for name, ratio in ratios.items()}


def penrose_ratios(A: Tensor, X: Tensor) -> dict[str, float]:
    """Return the largest ratios of the four Penrose conditions; the last two are over ``condition_number d eps``."""
    eps, d = torch.finfo(A.dtype).eps, max(A.shape[-2:])
    A, X = A.double(), X.double()
    size = norm(A) * norm(X)
    allowed = size.clamp(min=1e-300) * d * eps
    AX, XA = A @ X, X @ A
    ratios = {
        "AXA = A": norm(AX @ A - A) / (norm(A) * allowed).clamp(min=1e-300),
        "XAX = X": norm(XA @ X - X) / (norm(X) * allowed).clamp(min=1e-300),
        "AX symmetric": norm(AX - AX.mT) / allowed,
        "XA symmetric": norm(XA - XA.mT) / allowed,
    }
    return {name: float(ratio.max()) for name, ratio in ratios.items()}


def inverse_ratios(A: Tensor, X: Tensor) -> dict[str, float]:
    """Return ``|I - X A|_1`` and ``|I - A X|_1`` over ``n |A|_1 |X|_1 eps``, the largest of a batch."""
    eps, n = torch.finfo(A.dtype).eps, A.shape[-1]
    A, X = A.double(), X.double()
    allowed = n * eps * one_norm(A) * one_norm(X)
    left, right = X @ A, A @ X
    return {
        "left": float((one_norm(eye_like(left) - left) / allowed).max()),
        "right": float((one_norm(eye_like(right) - right) / allowed).max()),
    }


def norm(A: Tensor) -> Tensor:
    """Return the largest singular value of each matrix."""
    largest: Tensor = torch.linalg.matrix_norm(A, 2)
    return largest


def one_norm(A: Tensor) -> Tensor:
    """Return the largest column sum of each matrix."""
    return A.abs().sum(dim=-2).amax(dim=-1)


def eye_like(A: Tensor) -> Tensor:
    """Return the identity of the size of square ``A``."""
    return torch.eye(A.shape[-1], dtype=A.dtype)
