"""The same three functions with torch's return values, for code that has torch's calls in it."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from descent_linalg import _inverse, _pinverse, _svd
from descent_linalg.solution import SVD


def inverse(A: Float[Tensor, "*batch n n"]) -> Float[Tensor, "*batch n n"]:
    """Return the inverse of each matrix, as `torch.linalg.inv` does, correctly rounded.

    Raises:
        DescentFailedError: A matrix is singular.
        InputError: As `descent_linalg.inverse`.
    """
    return _inverse.inverse(A).require()


def pinverse(A: Float[Tensor, "*batch m n"], rcond: float | None = None) -> Float[Tensor, "*batch n m"]:
    """Return the pseudo-inverse of each matrix, as `torch.pinverse` does.

    Args:
        A: Real floating matrices of any shape and rank.
        rcond: Relative cut: singular values at or below ``rcond`` times the largest count as zero. None means
            ``eps(dtype) * max(m, n)``; torch's default of 1e-15 is unsafe in float32.

    Raises:
        InputError: As `descent_linalg.pinverse`.
    """
    return _pinverse.pinverse(A, rcond).require()


def svd(A: Float[Tensor, "*batch m n"], full_matrices: bool = False) -> SVD:
    """Return ``U, S, Vh`` of each matrix, as `torch.linalg.svd` does.

    Raises:
        InputError: As `descent_linalg.svd`.
    """
    return _svd.svd(A, full_matrices=full_matrices).require()
