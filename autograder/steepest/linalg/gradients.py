"""What the judge knows of the first assignment: mean squares, their derivatives, one update; always in float64.

``y_hat`` and ``y`` have one shape: a scalar (), a vector (n,), a matrix (m, n). ``X`` and ``M`` are (n, n); their
loss is ``mean((X M - I)^2)``, as everywhere in the course.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steepest.answers import Array
from steepest.linalg.inverse import Float64, gradient, max_abs

FLOAT32_ACCURACY = 1e-4
"""How far a float32 answer may be off, relative to its largest entry: a formula leaves 1e-6, float16 inside 5e-4."""

FLOAT64_ACCURACY = 1e-9
"""The same for float64: a formula leaves 1e-15, central differences 1e-10, float32 inside 3e-8 or more."""


CANCELLED = 0.1
"""The smallest share of its terms that counts as the size of a sum."""


def _wide(values: Array | float) -> Float64:
    return np.asarray(values, dtype=np.float64)


def accuracy(dtype: np.dtype[np.floating]) -> float:
    """Return the relative error that is allowed for answers of a dtype."""
    return FLOAT64_ACCURACY if np.dtype(dtype) == np.float64 else FLOAT32_ACCURACY


def relative_error(answer: Array | float, right: Array | float, terms: float) -> float:
    """Return ``max |answer - right|`` as a share of the largest entry of ``right``.

    Where its terms nearly cancel, rounding is as large as the terms make it: no share of less than a tenth of them
    is taken. Where all is zero, the difference itself is returned.
    """
    exact = _wide(right)
    difference = max_abs(_wide(answer) - exact)
    size = max(max_abs(exact), CANCELLED * terms)
    return difference / size if size > 0.0 else difference


def mse(y_hat: Array, y: Array) -> float:
    """Return the mean of the squared differences."""
    return float(np.mean((_wide(y_hat) - _wide(y)) ** 2))


def mse_terms(y_hat: Array, y: Array) -> float:
    """Return what `mse` would be if nothing cancelled."""
    return mse(np.abs(y_hat), -np.abs(y))


def mse_gradient(y_hat: Array, y: Array) -> Float64:
    """Return the derivative of `mse` with respect to ``y_hat``, in its shape: ``2 / size (y_hat - y)``."""
    difference = _wide(y_hat) - _wide(y)
    return np.asarray(2.0 / difference.size * difference, dtype=np.float64)


def mse_gradient_terms(y_hat: Array, y: Array) -> float:
    """Return the largest entry of `mse_gradient` if nothing cancelled."""
    return max_abs(mse_gradient(np.abs(y_hat), -np.abs(y)))


def loss_terms(X: Array, M: Array) -> float:
    """Return what the loss ``mean((X M - I)^2)`` would be if nothing cancelled."""
    return float(np.mean((np.abs(_wide(X)) @ np.abs(_wide(M)) + np.eye(len(M))) ** 2))


def gradient_terms(X: Array, M: Array) -> float:
    """Return the largest entry of the gradient of the loss if nothing cancelled."""
    sums = np.abs(_wide(X)) @ np.abs(_wide(M)) + np.eye(len(M))
    return max_abs(2.0 / len(M) ** 2 * sums @ np.abs(_wide(M)).T)


@dataclass(frozen=True)
class Step:
    """One update of heavy ball: where it begins, and with what numbers; without momentum it is a step downhill."""

    X: Array
    V: Array
    M: Array
    learning_rate: float
    momentum: float

    @property
    def after(self) -> tuple[Float64, Float64]:
        """Return X and V after it: ``V <- momentum V + gradient(X, M)``, then ``X <- X - learning_rate V``."""
        V_new = self.momentum * _wide(self.V) + gradient(self.X, self.M)
        return _wide(self.X) - self.learning_rate * V_new, V_new

    @property
    def velocity_terms(self) -> float:
        """Return the largest entry that the new V could have."""
        return self.momentum * max_abs(self.V) + gradient_terms(self.X, self.M)

    @property
    def position_terms(self) -> float:
        """Return the largest entry that the new X could have."""
        return max_abs(self.X) + self.learning_rate * self.velocity_terms


def central_differences(function: Callable[[Array], float], at: Array, direction: Array) -> tuple[float, float]:
    """Return slope and bend of ``function`` at a point, along a direction of about the size of the point.

    ``(f(at + h D) - f(at - h D)) / 2h`` and ``(f(at + h D) - 2 f(at) + f(at - h D)) / h^2`` with ``h = 1/1024``: exact
    for squares, and for any smooth function a compromise between what is left out and the rounding that is divided.
    """
    h = 2.0**-10
    nudge = h * direction
    up, here, down = (function(np.asarray(place)) for place in (at + nudge, at, at - nudge))
    return (up - down) / (2.0 * h), (up - 2.0 * here + down) / h**2
