"""What a wrong answer looks like: the likely slip behind it, as one or two sentences for the student."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steepest.answers import Array
from steepest.linalg import Float64, heavy_ball, left_residual

CLOSE = 0.01
"""A wrong answer resembles a suspect if they differ by at most this share of the suspect's largest entry."""

Suspect = tuple[Callable[[Array], Array], str]

INVERSE_SUSPECTS: tuple[Suspect, ...] = (
    (np.zeros_like, "X is still zero: the update never reached X, or its gradient is zero."),
    (lambda M: np.eye(len(M)), "X is the identity, which is the inverse of itself only."),
    (lambda M: M, "X is M itself: return the matrix that was descended, not the argument."),
    (
        lambda M: np.linalg.pinv(M.T),
        "X' M = I: the answer is transposed. Check the order of the factors and every .T in the gradient.",
    ),
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
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        for make, hint in INVERSE_SUSPECTS:
            suspect = make(matrix)
            if np.isfinite(suspect).all() and resembles(X, suspect, right):
                return hint
    return _hint_for_multiple(X, M) or _hint_for_residual(residual)


def _hint_for_multiple(X: Array, M: Array) -> str:
    product = left_residual(X, M) + np.eye(M.shape[0])
    factor = float(np.trace(product)) / M.shape[0]
    if (
        abs(factor) > 1e-6
        and abs(factor - 1.0) > CLOSE
        and bool(np.abs(product - factor * np.eye(M.shape[0])).max() <= CLOSE * abs(factor))
    ):
        return f"X M is {factor:.3g} times the identity: X has the right direction and the wrong length."
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


def left_heavy_ball(M: Array, start: Array, *, learning_rate: float, momentum: float, steps: int) -> Float64:
    """Return X after heavy ball on ``mean((M X - I)^2)``, the mirror image of the course's loss."""
    mirrored = heavy_ball(
        np.ascontiguousarray(M.T),
        np.ascontiguousarray(start.T),
        learning_rate=learning_rate,
        momentum=momentum,
        steps=steps,
    )
    return np.asarray(mirrored.T, dtype=np.float64)


def hint_for_heavy_ball(X: Array, M: Array, start: Array, *, learning_rate: float, momentum: float, steps: int) -> str:
    """Return what to try, given an ``X`` that is not where ``steps`` updates from ``start`` lead."""
    right = heavy_ball(M, start, learning_rate=learning_rate, momentum=momentum, steps=steps)

    def after(rate: float = learning_rate, mom: float = momentum, count: int = steps) -> Float64:
        return heavy_ball(M, start, learning_rate=rate, momentum=mom, steps=count)

    n = M.shape[0]
    mirrored = left_heavy_ball(M, start, learning_rate=learning_rate, momentum=momentum, steps=steps)
    suspects = (
        (np.asarray(start, dtype=np.float64), "X is still the start: no update was done."),
        (np.linalg.pinv(M), "X is already the inverse, which so few updates cannot reach: do exactly `steps` updates."),
        (after(mom=0.0), "These are updates without momentum: keep a share `momentum` of the last update's direction."),
        (after(mom=1.0), "Gradients pile up in full: multiply what is kept by `momentum` in every step."),
        (after(count=steps + 1), f"These are {steps + 1} updates instead of {steps}."),
        (after(count=steps - 1), f"These are {steps - 1} updates instead of {steps}."),
        (after(rate=-learning_rate), "The updates climb: subtract learning_rate times the gradient."),
        (
            after(rate=n**2 * learning_rate),
            "Each update is n^2 times too long: the loss is the mean of the squares, not their sum.",
        ),
        (after(rate=learning_rate / 2.0), "Each update is half as long as it should be: the loss has no factor 1/2."),
        (mirrored, "These are updates on mean((M X - I)^2); the loss of the course is mean((X M - I)^2)."),
    )
    for suspect, hint in suspects:
        if resembles(X, suspect, right):
            return hint
    return (
        f"X_{steps} is where the rule leads from `start` with the given numbers. Do one update by hand: "
        "start - learning_rate * 2 / n^2 * (start M - I) M'."
    )


def hint_for_first_loss(ratio: float, n: int) -> str:
    """Return what to try, given the first loss as a multiple of the right one."""
    if n > 1 and abs(ratio / n**2 - 1.0) <= CLOSE:
        return "This is the sum of the squares: the loss is their mean."
    if n > 1 and abs(ratio / n - 1.0) <= CLOSE:
        return "This is the sum of the squares over n: the mean divides by n^2."
    if abs(ratio - 0.5) <= CLOSE / 2.0:
        return "This is half the loss: there is no factor 1/2 in the mean of the squares."
    return "losses[j] belongs to X before update j: append the loss before X changes, and begin at `start`."
