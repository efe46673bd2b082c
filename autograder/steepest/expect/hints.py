"""What a wrong answer looks like: the likely slip behind it, as one or two sentences for the student."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.answers import Array
from steepest.linalg import left_residual

CLOSE = 0.01
"""A wrong answer resembles a suspect if they differ by at most this share of the suspect's largest entry."""

Suspect = tuple[Callable[[Array], Array], str]

INVERSE_SUSPECTS: tuple[Suspect, ...] = (
    (lambda M: np.eye(len(M)), "X is the identity, which is the inverse of itself only."),
    (
        lambda M: np.linalg.pinv(M.T),
        "X' M = I: the answer is transposed. Check the order of the factors and every .T in the gradient.",
    ),
    (lambda M: M, "X is M itself: return the matrix that was descended, not the argument."),
    (lambda M: M.T, "X is the transpose of M, which is its inverse only if M is orthogonal."),
    (lambda M: 1.0 / M, "X holds 1 / m of each entry of M; an inverse of the entries is not an inverse of the matrix."),
    (lambda M: -np.linalg.pinv(M), "X M = -I: a sign is lost, in the loss or where the identity is subtracted."),
    (lambda M: np.linalg.pinv(np.abs(M)), "X inverts |M|: the signs of the entries of M are lost on the way."),
    (
        lambda M: np.linalg.pinv(np.diag(np.diag(M))),
        "X inverts the diagonal of M only: use the whole matrix product @.",
    ),
    (lambda M: np.linalg.pinv((M + M.T) / 2.0), "X inverts (M + M') / 2: somewhere M and its transpose are mixed up."),
    (lambda M: np.linalg.pinv(np.tril(M)), "X inverts the lower triangle of M only."),
    (lambda M: np.linalg.pinv(np.triu(M)), "X inverts the upper triangle of M only."),
)


def resembles(X: Array, suspect: Array, right: Array) -> bool:
    """Return whether ``X`` is close to ``suspect``, and the suspect clearly differs from the ``right`` answer."""
    size = float(np.abs(suspect).max(initial=0.0))
    scale = size if size > 0.0 else float(np.abs(right).max(initial=0.0))
    close = bool(np.abs(X - suspect).max(initial=0.0) <= CLOSE * scale)
    return close and bool(np.abs(right - suspect).max(initial=0.0) > 5.0 * CLOSE * scale)


def hint_for_inverse(X: Array, M: Array, residual: float) -> str:
    """Return what to try, given an answer ``X`` that is not the inverse of ``M`` and the residual it leaves."""
    matrix = np.asarray(M, dtype=np.float64)
    right = np.linalg.pinv(matrix)
    if not np.abs(X).max(initial=0.0) > 1e-6 * np.abs(right).max(initial=0.0):
        return "X is still zero: the update never reached X, or its gradient is zero."
    if rounded := _hint_for_rounding(X, right):
        return rounded
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        for make, hint in INVERSE_SUSPECTS:
            suspect = make(matrix)
            if np.isfinite(suspect).all() and resembles(X, suspect, right):
                return hint
    return _hint_for_size(X, right) or _hint_for_multiple(X, M) or _hint_for_residual(residual)


def _hint_for_rounding(X: Array, right: Array) -> str:
    """Return what to try where ``X`` is the inverse, rounded to some number of decimals."""
    largest = float(np.abs(right).max(initial=0.0))
    for decimals in range(7):
        step = 10.0**-decimals
        if 2.0 * step > largest:
            continue  # all that is much smaller than a step rounds to zero, whatever it is
        if bool((np.abs(X - right) <= 0.51 * step).all() and (np.abs(X - np.round(X, decimals)) <= 1e-3 * step).all()):
            return f"X is the inverse, rounded to {decimals} decimals: return it as it was computed."
    return ""


def _hint_for_size(X: Array, right: Array) -> str:
    """Return what to try where ``X`` has not come near the size of the inverse, or its entries were cut off."""
    largest = float(np.abs(X).max(initial=0.0))
    if X.size > 1 and resembles(X, np.clip(right, -largest, largest), right):
        return f"X is the inverse with its entries kept within {largest:.3g}: leave out the limit."
    if largest <= 0.05 * np.abs(right).max(initial=0.0):
        return (
            "X is far smaller than the inverse: it has hardly moved. The learning rate must follow the scale of M: "
            "a matrix with entries 10 times smaller needs a rate 100 times larger."
        )
    return ""


def _hint_for_multiple(X: Array, M: Array) -> str:
    product = left_residual(X, M) + np.eye(M.shape[0])
    factor = float(np.trace(product)) / M.shape[0]
    if (
        abs(factor) > 1e-6
        and abs(factor - 1.0) > CLOSE
        and bool(np.abs(product - factor * np.eye(M.shape[0])).max() <= CLOSE * abs(factor))
    ):
        return (
            f"X M is {factor:.3g} times the identity: X has the right direction and the wrong length. If M is scaled "
            "first, undo it on X: the inverse of M / c is c times the inverse of M."
        )
    return ""


def _hint_for_residual(residual: float) -> str:
    if residual >= 10.0:
        return "X is far from any inverse: the descent diverges. Lower the learning rate, or start closer to zero."
    if residual <= 0.1:
        return (
            "X is on its way but has not arrived: take more steps, or a larger stable learning rate. "
            "Adam and its kin need a rate that falls to zero. "
            "A loss below 1e-10 is a better sign to stop than a loss that changes little."
        )
    return (
        "X M is not the identity. Plot the losses: if they still fall, take more steps or a larger stable rate; "
        "if they are flat, compare the gradient with loss.backward()."
    )
