"""What the judge measures about a matrix, an answer and a loss curve: numpy only, always in float64.

``M`` is (n, n), ``X`` the computed inverse, ``S`` the singular values of M in descending order. The loss of the
course is ``mean((X M - I)^2)``, the update is heavy ball: ``V <- momentum V + gradient``, ``X <- X - learning_rate V``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from steepest.answers import Array

Float64 = npt.NDArray[np.float64]

DESCENT_ACCURACY = 1e-3
"""The largest residual that an answer found by descent may leave, in exact arithmetic."""

ROUNDING_FACTOR = 30.0
"""LAPACK's threshold for linear systems: an answer counts as wrong beyond this many times n eps cond."""

COARSEST_ACCURACY = 0.1
"""No bound is wider than this, however ill-conditioned the matrix: X = 0 leaves a residual of 1."""

TAIL_FLOOR = 1e-24
"""Losses below this are float64 rounding and say nothing about the rate."""

TAIL_CEILING = 1e-2
"""The tail begins once the loss is below this share of the first loss."""

TAIL_POINTS = 8
"""A rate is fitted to at least this many losses."""


def _float64(matrix: Array) -> Float64:
    return np.asarray(matrix, dtype=np.float64)


def left_residual(X: Array, M: Array) -> Float64:
    """Return ``X M - I``, (n, n), computed in float64."""
    return _float64(X) @ _float64(M) - np.eye(M.shape[-1])


def right_residual(X: Array, M: Array) -> Float64:
    """Return ``M X - I``, (n, n), computed in float64."""
    return _float64(M) @ _float64(X) - np.eye(M.shape[0])


def max_abs(matrix: Array) -> float:
    """Return the largest absolute entry, 0 for an empty matrix and NaN if any entry is NaN."""
    return float(np.abs(_float64(matrix)).max(initial=0.0))


def relative_residual(X: Array, M: Array) -> float:
    """Return ``|X M - I| / |I|`` in the Frobenius norm: 0 for an inverse from the left, 1 for X = 0."""
    return float(np.linalg.norm(left_residual(X, M)) / math.sqrt(M.shape[-1]))


def outer_residual(X: Array, M: Array) -> float:
    """Return ``max |X M X - X| / max |X|``: 0 if X is an outer inverse, as a cut-off pseudo-inverse is; 1 for X = 0."""
    wide = _float64(X)
    return max_abs(wide @ _float64(M) @ wide - wide) / max_abs(wide) if wide.any() else 1.0


def singular_values(M: Array) -> Float64:
    """Return the singular values of ``M``, descending."""
    return np.asarray(np.linalg.svd(_float64(M), compute_uv=False), dtype=np.float64)


def condition_number(M: Array) -> float:
    """Return the largest over the smallest singular value of ``M``, infinity if M is singular."""
    S = singular_values(M)
    return float(S[0] / S[-1]) if S[-1] > 0 else math.inf


def accuracy_bound(M: Array) -> float:
    """Return the residual allowed for an inverse of ``M`` found by descent.

    It is 1e-3, or ``30 n eps(dtype) cond(M)`` where rounding alone may leave more than that, and never above 0.1.
    """
    rounding = ROUNDING_FACTOR * M.shape[0] * float(np.finfo(M.dtype).eps) * condition_number(M)
    return float(np.clip(rounding, DESCENT_ACCURACY, COARSEST_ACCURACY))


def loss(X: Array, M: Array) -> float:
    """Return ``mean((X M - I)^2)``, the loss of the course."""
    return float(np.mean(left_residual(X, M) ** 2))


def gradient(X: Array, M: Array) -> Float64:
    """Return the gradient of the loss at ``X``: ``2 / n^2 (X M - I) M'``, (n, n)."""
    return np.asarray(2.0 / M.shape[0] ** 2 * left_residual(X, M) @ _float64(M).T, dtype=np.float64)


def heavy_ball(M: Array, start: Array, *, learning_rate: float, momentum: float, steps: int) -> Float64:
    """Return X after ``steps`` updates of heavy ball on the loss, beginning at ``start``.

    Source: B. Polyak (1964), Some methods of speeding up the convergence of iteration methods.
    """
    X = _float64(start)
    V = np.zeros_like(X)
    for _ in range(steps):
        V = momentum * V + gradient(X, M)
        X = X - learning_rate * V
    return X


def stability_limit(M: Array, momentum: float) -> float:
    """Return the learning rate at which heavy ball on the loss stops converging: ``n^2 (1 + momentum) / S[0]^2``.

    Any positive rate below it converges from every start, any rate above it diverges from almost every start.
    """
    return float(M.shape[0] ** 2 * (1.0 + momentum) / singular_values(M)[0] ** 2)


def predicted_losses(S: Array, n: int, *, learning_rate: float, momentum: float, steps: int) -> Float64:
    """Return the losses of heavy ball from a zero start, (steps,); they depend on the singular values alone.

    ``losses[j]`` belongs to X before update j. Along the singular value s the residual is the polynomial
    ``p_(j+1) = (1 + momentum - a s^2) p_j - momentum p_(j-1)`` with ``p_0 = p_(-1) = 1`` and
    ``a = 2 learning_rate / n^2``. Singular values that ``S`` lacks to n count as zero. A rate above the limit
    gives losses that grow, in the end to infinity.
    """
    curvatures = np.zeros(n)
    curvatures[: len(S)] = 2.0 * learning_rate / n**2 * _float64(S) ** 2
    factors = 1.0 + momentum - curvatures
    previous, current = np.ones(n), np.ones(n)
    residuals = np.empty((steps, n))
    with np.errstate(over="ignore", invalid="ignore"):
        for j in range(steps):
            residuals[j] = current
            previous, current = current, factors * current - momentum * previous
        return np.asarray(np.sum(residuals**2, axis=1) / n**2, dtype=np.float64)


def tail_factor(S: Array, n: int, *, learning_rate: float, momentum: float) -> float:
    """Return the factor by which theory says the loss shrinks at each late step.

    It is the largest ``|z|^2`` over the singular values s, where z is the larger root of
    ``z^2 - (1 + momentum - a s^2) z + momentum = 0`` with ``a = 2 learning_rate / n^2``.
    """
    middle = 1.0 + momentum - 2.0 * learning_rate / n**2 * _float64(S) ** 2
    root = np.sqrt((middle**2 - 4.0 * momentum).astype(np.complex128))
    return float(np.maximum(np.abs(middle + root), np.abs(middle - root)).max() ** 2 / 4.0)


def tail_rate(losses: Array) -> float | None:
    """Return the factor by which the loss shrank at each late step, or None if there are too few late losses.

    Fitted by least squares to the logarithm of the losses, over the later half of those between 1e-24 and a
    hundredth of the first loss; at least 8 losses must be left. NaN and infinite losses are never among them.
    """
    history = _float64(losses)
    if history.size == 0:
        return None
    tail = np.flatnonzero((history > TAIL_FLOOR) & (history < TAIL_CEILING * history[0]))
    later = tail[tail.size // 2 :]
    if later.size < TAIL_POINTS:
        return None
    slope = np.polyfit(later.astype(np.float64), np.log(history[later]), 1)[0]
    return float(np.exp(slope))
