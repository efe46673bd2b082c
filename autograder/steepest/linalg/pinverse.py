"""What the judge measures about a pseudo-inverse and its gradient: numpy only, always in float64.

``A`` is (*, m, n), ``X`` the computed pseudo-inverse, (*, n, m), ``S`` the singular values of each matrix in descending
order. All functions work on batches. A singular value counts if it is larger than ``rcond * S[0]`` of its own matrix.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from steepest.answers import Array
from steepest.linalg.inverse import COARSEST_ACCURACY, ROUNDING_FACTOR, Float64

ACCURACY = {"float32": 2e-3, "float64": 1e-3}
"""What a residual may be, by dtype. First-order methods in float32 carry rounding along: up to 1.6e-4."""

LOWER_RANK_FACTOR = 2.0
"""How much more it may be in float32 where singular values are dropped: null spaces collect it, up to 3.5e-4."""

SMALLEST_RATIO = 1e-5
"""Singular values below this share of the largest one are rounding, and no side of a gap."""

DIFFERENCE = 1e-4
"""The step of the central differences, as a share of the smallest singular value; the error is its square."""


class PenroseResiduals(NamedTuple):
    """How far each of Penrose's four conditions is from holding, for each matrix of a batch: (*) each."""

    outer: Float64
    inner: Float64
    left_symmetry: Float64
    right_symmetry: Float64


class Factors(NamedTuple):
    """``A = U diag(S) V'`` of each matrix: U (*, m, k), S (*, k), Vt (*, k, n), k = min(m, n)."""

    U: Float64
    S: Float64
    Vt: Float64


def factors(A: Array) -> Factors:
    """Return the singular value decomposition of each matrix of ``A``."""
    U, S, Vt = np.linalg.svd(np.asarray(A, dtype=np.float64), full_matrices=False)
    return Factors(U, S, Vt)


def transposed(matrices: Array) -> Float64:
    """Return each matrix transposed, in float64."""
    return np.swapaxes(np.asarray(matrices, dtype=np.float64), -1, -2)


def largest_entries(matrices: Array) -> Float64:
    """Return the largest absolute entry of each matrix, (*); 0 for a matrix without entries."""
    return np.asarray(np.abs(np.asarray(matrices, dtype=np.float64)).max(axis=(-2, -1), initial=0.0))


def rounding_rcond(A: Array) -> float:
    """Return the relative size of the singular values that rounding makes: ``max(m, n) * eps(dtype)``."""
    return max(A.shape[-2:], default=0) * float(np.finfo(A.dtype).eps)


def rcond_at_gap(A: Array) -> float:
    """Return the relative cutoff in the middle of the widest gap between the singular values of ``A``.

    Each matrix of a batch counts relative to its own largest singular value; the middle is the geometric one.
    """
    S = factors(A).S
    relative = np.sort((S / S[..., :1]).ravel())[::-1]
    ratios = relative[relative > SMALLEST_RATIO]
    widest = int(np.argmax(ratios[:-1] / ratios[1:]))
    return float(np.sqrt(ratios[widest] * ratios[widest + 1]))


def cut(S: Float64, rcond: float) -> Float64:
    """Return the singular values, (*, k), with those that do not count set to zero."""
    return np.where(rcond * S[..., :1] < S, S, 0.0)


def _inverted(S: Float64) -> Float64:
    return np.where(S > 0.0, 1.0 / np.where(S > 0.0, S, 1.0), 0.0)


def without_small(A: Array, rcond: float | None = None) -> Float64:
    """Return ``A`` without the singular values that do not count, (*, m, n); those of rounding if no rcond is given."""
    U, S, Vt = factors(A)
    kept = cut(S, rounding_rcond(A) if rcond is None else rcond)
    return np.asarray((U * kept[..., None, :]) @ Vt, dtype=np.float64)


def pseudo_inverse(A: Array, rcond: float | None = None) -> Float64:
    """Return the Moore-Penrose pseudo-inverse of each matrix of ``A``, (*, n, m), by a direct solver."""
    U, S, Vt = factors(A)
    kept = cut(S, rounding_rcond(A) if rcond is None else rcond)
    return np.asarray((transposed(Vt) * _inverted(kept)[..., None, :]) @ transposed(U), dtype=np.float64)


def filtered(A: Array, response: Float64) -> Float64:
    """Return the matrix that answers each singular value s with ``response / s``, (*, n, m); response is (*, k)."""
    U, S, Vt = factors(A)
    return np.asarray((transposed(Vt) * (response * _inverted(S))[..., None, :]) @ transposed(U), dtype=np.float64)


def responses(X: Array, A: Array) -> tuple[Float64, float]:
    """Return how ``X`` answers each singular value of ``A``, (*, k), and how much of X that leaves unexplained.

    The response is 1 where X inverts a singular value, 0 where it drops it. The second number is the largest entry
    of X - `filtered` over that of X, 0 where X is a filter of A.
    """
    U, S, Vt = factors(A)
    response = np.einsum("...ki,...ij,...jk->...k", Vt, np.asarray(X, dtype=np.float64), U) * S
    rest = np.abs(X - filtered(A, response)).max(initial=0.0)
    size = float(np.abs(X).max(initial=0.0))
    return np.asarray(response, dtype=np.float64), float(rest) / size if size > 0.0 else 0.0


def penrose_residuals(X: Array, A: Array, rcond: float | None = None) -> PenroseResiduals:
    """Return the residuals of Penrose's four conditions for each matrix, where ``A`` keeps what counts only.

    ``max |A X A - A| / max |A|``, ``max |X A X - X| / max |A+|``, ``max |A X - (A X)'|`` and ``max |X A - (X A)'|``.
    A matrix of zeros is measured as it is, not divided by zero.

    Source: R. Penrose (1955), A generalized inverse for matrices.
    """
    A, X = without_small(A, rcond), np.asarray(X, dtype=np.float64)
    size, size_of_inverse = largest_entries(A), largest_entries(pseudo_inverse(A, SMALLEST_RATIO))
    left, right = A @ X, X @ A
    return PenroseResiduals(
        largest_entries(left @ A - A) / np.where(size > 0.0, size, 1.0),
        largest_entries(X @ left - X) / np.where(size_of_inverse > 0.0, size_of_inverse, 1.0),
        largest_entries(left - transposed(left)),
        largest_entries(right - transposed(right)),
    )


def accuracy_bounds(A: Array, rcond: float | None = None) -> Float64:
    """Return the residual that each matrix of ``A`` allows, (*).

    It is `ACCURACY` (in float32 twice that where a singular value does not count), or ``30 max(m, n) eps(dtype) k``
    where rounding alone may leave more than that, k being the ratio of the largest to the smallest singular value that
    counts; and never above 0.1.
    """
    S = factors(A).S
    kept = cut(S, rounding_rcond(A) if rcond is None else rcond)
    smallest = np.where(kept > 0.0, kept, np.inf).min(axis=-1, initial=np.inf)
    spread = np.where(np.isfinite(smallest), S.max(axis=-1, initial=0.0) / smallest, 1.0)
    drops = (kept == 0.0).any(axis=-1) & (A.dtype == np.float32)
    least = ACCURACY[A.dtype.name] * np.where(drops, LOWER_RANK_FACTOR, 1.0)
    return np.clip(ROUNDING_FACTOR * rounding_rcond(A) * spread, least, COARSEST_ACCURACY)


def pinverse_gradient_terms(A: Array, X: Array, G: Array) -> tuple[Float64, Float64, Float64]:
    """Return the three terms whose sum is the gradient with respect to ``A``, (*, m, n) each.

    ``-X' G X'``, ``(I - A X) G' X X'`` and ``X' X G' (I - X A)``, for matrices of constant rank. G is the gradient of
    a loss with respect to X, (*, n, m).

    Source: G. Golub, V. Pereyra (1973), The differentiation of pseudo-inverses and nonlinear least squares problems.
    """
    A, X, G = (np.asarray(argument, dtype=np.float64) for argument in (A, X, G))
    m, n = A.shape[-2:]
    Xt, Gt = transposed(X), transposed(G)
    return -Xt @ G @ Xt, (np.eye(m) - A @ X) @ Gt @ X @ Xt, Xt @ X @ Gt @ (np.eye(n) - X @ A)


def pinverse_gradient(A: Array, X: Array, G: Array) -> Float64:
    """Return the gradient with respect to ``A`` of a loss whose gradient with respect to its pseudo-inverse X is G."""
    first, second, third = pinverse_gradient_terms(A, X, G)
    return first + second + third


def difference_quotients(A: Array, G: Array) -> Float64:
    """Return the central differences of ``A -> sum(G * A+)`` in each entry of one matrix of full rank, (m, n)."""
    A = np.asarray(A, dtype=np.float64)
    step = DIFFERENCE * float(factors(A).S[-1])
    nudges = step * np.eye(A.size).reshape(A.size, *A.shape)
    upper, lower = pseudo_inverse(A + nudges), pseudo_inverse(A - nudges)
    return np.asarray(((upper - lower) * G).sum(axis=(-2, -1)).reshape(A.shape) / (2.0 * step), dtype=np.float64)
