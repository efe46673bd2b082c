"""The singular value decomposition by descent."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.checks import check_matrices
from descent_linalg.factors import Factors, extend
from descent_linalg.implicit import attach_svd, constant
from descent_linalg.solution import SVD, Outcome, Progress, Solution
from descent_linalg.solvers.jacobi import Jacobi


@runtime_checkable
class SVDMethod(Protocol):
    """A method of SVD: a frozen object that decomposes tall or square matrices."""

    def decompose(self, A: Float[Tensor, "batch m n"], progress: Progress | None = None) -> Factors:
        """Return the factors, singular values descending."""
        ...


def svd(
    A: Float[Tensor, "*batch m n"],
    solver: SVDMethod | None = None,
    *,
    full_matrices: bool = False,
    progress: Progress | None = None,
) -> Solution[SVD]:
    """Return ``U, S, Vh`` of each matrix in ``A``, with S descending and ``A = U diag(S) Vh``.

    Differentiable by ``A``, twice and more, through the decomposition's own derivative. Where singular values repeat
    or vanish the derivative of U and V is not defined; its undefined terms count as zero, so that what depends on S
    alone stays right.

    Args:
        A: Real floating matrices: wide, tall, rank-deficient, zero and empty ones are allowed.
        solver: A method of SVD. None means ``Jacobi()``.
        full_matrices: Return square ``U`` and ``Vh``; the added columns and rows have no derivative.
        progress: Called as ``progress(step, loss)`` while the method runs.

    Returns:
        A `Solution` whose value is an `SVD` of shapes ``(*, m, k), (*, k), (*, k, n)`` with k = min(m, n), or
        ``(*, m, m), (*, k), (*, n, n)`` with full matrices.

    Raises:
        ShapeError: ``A`` has fewer than two dimensions.
        DtypeError: ``A`` is not float32 or float64.
        NonfiniteInputError: ``A`` has NaN or infinity; the message names the first index.
    """
    check_matrices(A)
    with torch.no_grad():
        factors = _decompose(A.detach(), solver or Jacobi(), progress)
    value = attach_svd(A, SVD(factors.U, factors.S, factors.Vh))
    if full_matrices:
        value = _full(value)
    return Solution(value, factors.outcome, max(len(factors.losses) - 1, 0), factors.losses)


def _decompose(A: Tensor, solver: SVDMethod, progress: Progress | None) -> Factors:
    """Return the factors of wide matrices through their transposes, and of any batch as a flat one."""
    if A.shape[-2] < A.shape[-1]:
        turned = _decompose(A.mT, solver, progress)
        return Factors(turned.Vh.mT, turned.S, turned.U.mT, turned.outcome, turned.losses)
    batch, (m, n) = A.shape[:-2], A.shape[-2:]
    if A.numel() == 0:
        # No rows times no columns, or an empty batch: U has orthonormal columns only if it has columns at all.
        return Factors(
            A.new_zeros(*batch, m, n),
            A.new_zeros(*batch, n),
            A.new_zeros(*batch, n, n),
            Outcome.CONVERGED,
            A.new_zeros(1, *batch),
        )
    flat = solver.decompose(A.reshape(-1, m, n), progress=progress)
    return Factors(
        flat.U.reshape(*batch, m, n),
        flat.S.reshape(*batch, n),
        flat.Vh.reshape(*batch, n, n),
        flat.outcome,
        flat.losses.reshape(-1, *batch),
    )


def _full(value: SVD) -> SVD:
    """Return the factors with square U and Vh; what is added is orthonormal and has no derivative."""
    return SVD(_square(value.U), value.S, _square(value.Vh.mT).mT)


def _square(U: Tensor) -> Tensor:
    m, n = U.shape[-2:]
    if m == n:
        return U
    flat = U.detach().reshape(-1, m, n) if U.numel() else U.new_zeros(U.shape[:-2].numel(), m, n)
    added = extend(flat, m)[..., n:].reshape(*U.shape[:-2], m, m - n)
    return torch.cat([U, constant(added, U)], dim=-1)
