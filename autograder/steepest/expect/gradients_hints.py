"""What a wrong derivative or a wrong update looks like: the likely slip, as one or two sentences for the student."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from steepest.answers import Array
from steepest.expect.hints import CLOSE, resembles
from steepest.linalg import Float64, gradient, loss
from steepest.linalg.gradients import Step, mse, mse_gradient

Slip = tuple[Array | float, str]
"""What a slip would have given, and how to call it."""


def likely(answer: Array | float, right: Array | float, slips: Iterable[Slip], otherwise: str) -> str:
    """Return the text of the first slip that the answer resembles, where it differs from what is right."""
    got, exact = np.asarray(answer, dtype=np.float64), np.asarray(right, dtype=np.float64)
    for slip, text in slips:
        suspect = np.asarray(slip, dtype=np.float64)
        if suspect.shape == got.shape and np.isfinite(suspect).all() and resembles(got, suspect, exact):
            return text
    return otherwise


def multiple_of(answer: Array, right: Array) -> float | None:
    """Return the factor by which the answer differs from what is right, None if it is no multiple of it."""
    norm = float(np.sum(right * right))
    factor = float(np.sum(answer * right)) / norm if norm > 0.0 else 0.0
    difference = float(np.abs(answer - factor * right).max(initial=0.0))
    return factor if factor and difference <= CLOSE * abs(factor) * float(np.abs(right).max(initial=0.0)) else None


def hint_for_mse(value: float, y_hat: Array, y: Array) -> str:
    """Return what to try, given a wrong mean squared error."""
    difference = np.asarray(y_hat, dtype=np.float64) - np.asarray(y, dtype=np.float64)
    right, size = mse(y_hat, y), difference.size
    lone = "This is the difference itself, or its size: it has to be squared, and no root is taken."
    slips: tuple[Slip, ...] = (
        (0.0, "It is zero, whatever y_hat and y are: return what you computed."),
        *([(float(difference.sum()), lone), (right**0.5, lone)] if size == 1 else []),
        (size * right, "This is the sum of the squares: divide by how many there are, or use .mean()."),
        (right * size / max(difference.shape, default=1), "Divide by the number of all entries, rows times columns."),
        (right * size / min(difference.shape, default=1), "Divide by the number of all entries, rows times columns."),
        (right / 2.0, "This is half of it: there is no factor 1/2 in the mean of the squares."),
        (right**0.5, "This is the root of the mean of the squares: leave the root out."),
        (float(np.abs(difference).mean()), "This is the mean of the sizes: square the differences instead of .abs()."),
        (float(difference.mean()) ** 2, "This is the square of the mean: square first, then take the mean."),
        (float(difference.mean()), "The differences are not squared."),
        (mse(y_hat, -np.asarray(y)), "Here y is added: subtract it."),
        (mse(y_hat, 0.0 * y), "y plays no part in it: subtract it from y_hat before squaring."),
    )
    return likely(value, right, slips, "Work it out on paper: subtract, square each entry, take the mean of all.")


def hint_for_loss(value: float, X: Array, M: Array) -> str:
    """Return what to try, given a wrong loss of the guess X."""
    right, n, zero = loss(X, M), len(M), np.zeros_like(M)
    product = np.asarray(X, dtype=np.float64) @ np.asarray(M, dtype=np.float64)
    elementwise = np.asarray(X, dtype=np.float64) * np.asarray(M, dtype=np.float64)
    slips: tuple[Slip, ...] = (
        (0.0, "It is zero, whatever X and M are: return what you computed."),
        (loss(M, X), "This is the loss of M X - I: in the loss of the course X stands on the left, X @ M."),
        (mse(elementwise, np.eye(n)), "X * M multiplies entry by entry: the matrix product is X @ M."),
        (mse(product, zero), "The identity is missing: compare X @ M with torch.eye(n)."),
        (mse(product, np.ones_like(M)), "This compares X M with a matrix of ones: the identity is torch.eye(n)."),
        (mse(X, M), "This compares X with M itself: it is X @ M that is to be compared, with the identity."),
        (mse(X, np.eye(n)), "M plays no part in it: compare X @ M with the identity."),
        (loss(X, M.T), "M is transposed on the way: the product is X @ M."),
        (n * n * right, "This is the sum of the squares: the loss is their mean."),
        (n * right, "This is the sum of the squares over n: the mean divides by n^2."),
        (right / 2.0, "This is half the loss: there is no factor 1/2 in the mean of the squares."),
        (right**0.5, "This is the root of the loss: leave the root out."),
    )
    return likely(value, right, slips, "It is mse(X @ M, identity): compute X @ M on paper and subtract the identity.")


def hint_for_factor(answer: Array, right: Array, sizes: Iterable[tuple[float, str]]) -> str:
    """Return what to try, given a multiple of the right derivative; empty if it is none.

    Args:
        answer: What came back.
        right: The right derivative.
        sizes: Factors that only this derivative can be off by, with what they mean.
    """
    factor = multiple_of(answer, right)
    if factor is None:
        return ""
    common = (
        (0.5, "It is half of what it should be: the square brings down a factor 2."),
        (2.0, "It is twice what it should be: the factor 2 has come in once too often."),
        (-1.0, "It has the wrong sign: the derivative is positive where the loss rises with that entry."),
    )
    for known, text in (*sizes, *common):
        if known != 1.0 and abs(factor / known - 1.0) <= CLOSE:
            return text
    return f"It is {factor:.3g} times the right one: the direction is right, so look at the factor in front."


def hint_for_mse_gradient(G: Array, y_hat: Array, y: Array) -> str:
    """Return what to try, given a wrong derivative of the mean squared error."""
    right = mse_gradient(y_hat, y)
    difference, size = np.asarray(y_hat, dtype=np.float64) - np.asarray(y, dtype=np.float64), right.size
    whole = "The mean divides by the number of all entries, rows times columns"
    sizes = [(float(size), f"{whole}, and so does its derivative: here it is the derivative of the sum.")]
    sizes += [(size / side, f"{whole}: here it is one side only.") for side in right.shape]
    slips: tuple[Slip, ...] = (
        (np.zeros_like(right), "It is zero everywhere: nothing was differentiated."),
        (np.asarray(y_hat), "This is y_hat itself: return the derivative."),
        (right / 2.0, "It is half of what it should be: the square brings down a factor 2."),
        (2.0 / size * np.sign(difference), "Only the signs are left of the differences: that belongs to .abs()."),
        (difference**2 / size, "These are the squares that the mean is made of, not their derivative."),
        (mse_gradient(y_hat, -np.asarray(y)), "Here y is added: the difference is y_hat - y."),
        (mse_gradient(y_hat, 0.0 * y), "y plays no part in it: the difference is y_hat - y."),
    )
    otherwise = "Nudge one entry of y_hat by 0.001 and see how much the mean squared error changes."
    return likely(G, right, slips, "") or hint_for_factor(G, right, sizes) or otherwise


def _mirrored(X: Array, M: Array) -> Float64:
    """Return the gradient of ``mean((M X - I)^2)``."""
    return np.asarray(gradient(np.asarray(X).T, np.asarray(M).T).T, dtype=np.float64)


def gradient_slips(X: Array, M: Array) -> tuple[Slip, ...]:
    """Return what usual slips make of the gradient of the loss."""
    wide, n = np.asarray(M, dtype=np.float64), len(M)
    product = np.asarray(X, dtype=np.float64) @ wide
    residual, share = product - np.eye(n), 2.0 / n**2
    return (
        (np.zeros_like(wide), "It is zero everywhere: nothing was differentiated."),
        (np.asarray(X), "This is X itself: return the gradient."),
        (share * residual @ wide, "The transpose is missing: the residual is multiplied by M.T, not by M."),
        (share * wide.T @ residual, "The factors are in the wrong order: (X M - I) stands left of M.T."),
        (share * wide @ residual, "Order and transpose: it is (X M - I) times M.T, in this order."),
        (share * (residual @ wide.T).T, "It is transposed: entry (i, j) belongs to entry (i, j) of X."),
        (_mirrored(X, M), "This is the gradient of mean((M X - I)^2): in this course X stands on the left."),
        (share * residual, "This is 2 / n^2 (X M - I), the derivative with respect to X M: go on through M."),
        (share * product @ wide.T, "The identity is missing: the residual is X M - I."),
        (share * (residual * wide), "An entry-by-entry product: matrices are multiplied with @."),
        (share * residual @ np.asarray(X, dtype=np.float64).T, "This is multiplied by X.T: it has to be M.T."),
        (share * np.asarray(X, dtype=np.float64).T @ residual, "This is the gradient with respect to M, not to X."),
    )


def hint_for_gradient(G: Array, X: Array, M: Array) -> str:
    """Return what to try, given a wrong gradient of the loss."""
    n, right = len(M), gradient(X, M)
    mean = "The loss is the mean over n^2 entries"
    sizes = ((float(n**2), f"{mean}: here it is their sum."), (float(n), f"{mean}: here it is divided by n only."))
    otherwise = "Compare it with what loss(X, M).backward() leaves in X.grad, for a 2 x 2 matrix without symmetry."
    return likely(G, right, gradient_slips(X, M), "") or hint_for_factor(G, right, sizes) or otherwise


def hint_for_velocity(V_new: Array, step: Step) -> str:
    """Return what to try, given a wrong velocity; empty if it is right or unlike any known slip."""
    X_right, right = step.after
    G, V = gradient(step.X, step.M), np.asarray(step.V, dtype=np.float64)
    rate, momentum = step.learning_rate, step.momentum
    slips: tuple[Slip, ...] = (
        (np.zeros_like(V), "V_new is zero: return the new velocity as the second result."),
        (G, "V plays no part in V_new: it is momentum * V plus the gradient."),
        (V, "V_new is the old V: add the gradient to momentum * V."),
        (momentum * V, "The gradient is missing in V_new."),
        (V + G, "V is kept in full: multiply it by momentum before the gradient is added."),
        (momentum * (V + G), "The whole sum is multiplied by momentum: only the old V is."),
        (V + momentum * G, "It is V that is multiplied by momentum, not the gradient."),
        (momentum * V + (1.0 - momentum) * G, "The gradient comes in whole, without the factor 1 - momentum."),
        (momentum * V + rate * G, "The learning rate belongs to the update of X: V_new has none in it."),
        (momentum * V - rate * G, "V_new = momentum V + gradient, with no learning rate; X_new is where it is used."),
        (momentum * V - G, "The gradient is added to V, and V is then subtracted from X."),
        (X_right, "X_new and V_new are swapped: return X_new first."),
        (gradient(step.X - rate * momentum * V, step.M) + momentum * V, "The gradient is taken at X, not ahead of it."),
    )
    return likely(V_new, right, slips, "")


def hint_for_position(X_new: Array, step: Step) -> str:
    """Return what to try, given a wrong X after a step."""
    X, V = np.asarray(step.X, dtype=np.float64), np.asarray(step.V, dtype=np.float64)
    G, rate = gradient(step.X, step.M), step.learning_rate
    right, V_new = step.after
    n = len(X)
    slips: tuple[Slip, ...] = (
        (X, "X_new is X itself: nothing was subtracted."),
        (X + rate * V_new, "The step climbs: subtract, the gradient points uphill."),
        (X - V_new, "The learning rate is missing: it sets the length of the step."),
        (X - rate * V, "X moves by the old V: compute V_new first, then use it."),
        (X - rate * G, "X moves by the gradient alone: it has to move by V_new."),
        (X - rate * step.momentum * V_new, "V_new is multiplied by momentum once more on its way into X."),
        (X - rate * (G + step.momentum * V_new), "This looks ahead (Nesterov): X moves by V_new itself."),
        (G, "This is the gradient: return X after the step."),
        (-rate * V_new, "This is the step itself: add it to X."),
        (rate * V_new, "This is the length of the step: subtract it from X."),
        (V_new, "X_new and V_new are swapped: return X_new first."),
        (X - n**2 * rate * V_new, "The step is n^2 times too long: the loss is a mean, not a sum."),
        (X - 0.5 * rate * V_new, "The step is half as long as it should be: the square brings down a factor 2."),
        *((X - rate * slip, text) for slip, text in gradient_slips(step.X, step.M)[2:] if not V.any()),
    )
    return likely(X_new, right, slips, "Do the step by hand for a 1 x 1 matrix, with the numbers shown above.")
