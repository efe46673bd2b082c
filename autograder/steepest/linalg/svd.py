"""What the judge measures about a singular value decomposition: numpy only, always in float64.

``M`` is (m, n) and ``k = min(m, n)``; an answer is ``U`` (m, k), ``S`` (k,) and ``V`` (n, k) with
``M = U diag(S) V'``. Signs, and the basis of equal singular values, are free, so no vector is ever compared with
another: what counts are right angles, the product and the singular values.
"""

from __future__ import annotations

import numpy as np

from steepest.answers import Array
from steepest.linalg.inverse import ROUNDING_FACTOR, Float64, max_abs, singular_values

SVD_ACCURACY = 1e-4
"""The largest error that an answer found by descent may leave, as a share of the largest entry of M."""


def svd_accuracy(M: Array) -> float:
    """Return the error allowed for an SVD of ``M``: 1e-4, or ``30 max(m, n) eps(dtype)`` where that is more."""
    rounding = ROUNDING_FACTOR * max(M.shape, default=1) * float(np.finfo(M.dtype).eps)
    return max(SVD_ACCURACY, rounding)


def scale_of(M: Array) -> float:
    """Return the largest absolute entry of ``M``, by which errors are divided; 1 for the zero matrix."""
    return max_abs(M) or 1.0


def gram_residual(Q: Array) -> Float64:
    """Return ``Q'Q - I``, (k, k): zero if the columns of ``Q`` are orthonormal."""
    wide = np.asarray(Q, dtype=np.float64)
    return np.asarray(wide.T @ wide - np.eye(wide.shape[1]), dtype=np.float64)


def orthogonality_error(Q: Array) -> float:
    """Return ``max |Q'Q - I|``."""
    return max_abs(gram_residual(Q))


def product(U: Array, S: Array, V: Array) -> Float64:
    """Return ``U diag(S) V'``, (m, n)."""
    left, right = np.asarray(U, dtype=np.float64), np.asarray(V, dtype=np.float64)
    return np.asarray(left * np.asarray(S, dtype=np.float64) @ right.T, dtype=np.float64)


def reconstruction_error(U: Array, S: Array, V: Array, M: Array) -> float:
    """Return ``max |M - U diag(S) V'| / max |M|``."""
    return max_abs(product(U, S, V) - np.asarray(M, dtype=np.float64)) / scale_of(M)


def singular_value_error(S: Array, M: Array) -> float:
    """Return ``max | |S| - true S | / max |M|``, whatever the order and the signs of ``S``."""
    mine = np.sort(np.abs(np.asarray(S, dtype=np.float64)))[::-1]
    return max_abs(mine - singular_values(M)) / scale_of(M)


def order_error(S: Array, M: Array) -> float:
    """Return how far ``S`` goes below zero or rises from entry to entry, over ``max |M|``; 0 if it never does."""
    mine = np.asarray(S, dtype=np.float64)
    rises = np.concatenate([-mine, np.diff(mine)])
    return float(np.max(rises, initial=0.0)) / scale_of(M)


def largest_value_error(S: Array, V: Array, M: Array) -> float:
    """Return how far the largest singular value is off, as a share of it, by ``S`` or by the columns of ``V``.

    The smaller one counts of two errors: that of ``max |S|``, and that of the longest ``M v`` over unit columns v. So
    a slip in S alone, or in V alone, does not show here.
    """
    wide, largest = np.asarray(V, dtype=np.float64), float(singular_values(M)[0])
    lengths = np.linalg.norm(np.asarray(M, dtype=np.float64) @ wide, axis=0)
    sizes = np.linalg.norm(wide, axis=0)
    longest = float(np.max(lengths / np.where(sizes > 0.0, sizes, 1.0), initial=0.0))
    return float(np.min(np.abs(np.asarray([max_abs(S), longest]) - largest))) / largest


def first_vectors_error(U: Array, S: Array, V: Array, M: Array) -> float:
    """Return how far the columns that belong to the largest entry of ``S`` are from the first singular vectors.

    The larger one of ``|M'M v - s^2 v|`` and ``|M M' u - s^2 u|``, over s^2, for the columns u and v made unit vectors
    and the true s; 1 for a column of zeros.
    """
    wide, squared = np.asarray(M, dtype=np.float64), float(singular_values(M)[0]) ** 2
    place = int(np.argmax(np.abs(S)))
    errors = []
    for column, gram in ((U[:, place], wide @ wide.T), (V[:, place], wide.T @ wide)):
        size = float(np.linalg.norm(np.asarray(column, dtype=np.float64)))
        unit = column / size if size > 0.0 else column
        errors.append(float(np.linalg.norm(gram @ unit - squared * unit)) / squared if size > 0.0 else 1.0)
    return max(errors)


def svd_error(U: Array, S: Array, V: Array, M: Array) -> float:
    """Return the largest of the errors above: how far an answer is from any SVD of ``M``."""
    errors = (
        orthogonality_error(U),
        orthogonality_error(V),
        reconstruction_error(U, S, V, M),
        singular_value_error(S, M),
        order_error(S, M),
    )
    return float(np.max(np.asarray(errors)))
