"""What the properties of the pseudo-inverse expect of an answer and of a gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steepest.answers import Array, TensorItem
from steepest.errors import GateFailed
from steepest.expect.bounds import expect_at_most
from steepest.expect.pinverse_hints import hint_for_gradient, hint_for_pinverse, hint_for_shape, hint_for_value
from steepest.linalg import Float64, max_abs
from steepest.linalg.pinverse import (
    accuracy_bounds,
    penrose_residuals,
    pinverse_gradient_terms,
    pseudo_inverse,
)
from steepest.student import Returned

CONDITIONS = (
    "max |A X A - A| / max |A|",
    "max |X A X - X| / max |A+|",
    "max |A X - (A X)'|",
    "max |X A - (X A)'|",
)
"""What is measured of Penrose's four conditions, in their order."""

ALL_FOUR = (1, 2, 3, 4)

GRADIENT_BOUND = 1e-3
"""A gradient may differ by this share of the largest entry of its three terms."""


def expect_answer(returned: Returned, A: Array, shape: tuple[int, ...]) -> Array:
    """Return the first returned tensor: finite, of the given shape and the dtype of ``A``.

    Raises:
        GateFailed: With what came back, and the likely slip.
    """
    try:
        return returned.tensor(shape=shape, dtype=A.dtype)
    except GateFailed as gate:
        tensors = [item for item in returned.answer.items if isinstance(item, TensorItem)]
        help = hint_for_shape(tensors[0].shape, shape) if tensors else ""
        if tensors and tensors[0].shape == shape and tensors[0].array is not None:
            help = hint_for_value(np.asarray(tensors[0].array), A)
        raise GateFailed(gate.got, gate.expected, help or gate.help) from None


def expect_pinverse(X: Array, A: Array, *, conditions: Sequence[int] = ALL_FOUR, rcond: float | None = None) -> None:
    """Return if Penrose's conditions hold for each matrix of a batch, to within `accuracy_bounds`.

    Given ``rcond``, they are those of ``A`` without its singular values up to ``rcond`` times the largest one.

    Args:
        X: The answer, (*, n, m).
        A: The matrices, (*, m, n).
        conditions: Which of the four to look at, from 1 to 4.
        rcond: The relative cutoff that was asked for; None takes what rounding makes for zero.

    Raises:
        PropertyFailed: With the worst residual, the heat map of X - A+ and the likely slip.
    """
    residuals, bounds = penrose_residuals(X, A, rcond), accuracy_bounds(A, rcond)
    shares = np.stack([np.nan_to_num(residuals[number - 1] / bounds, nan=np.inf) for number in conditions])
    if not shares.size:
        return
    worst, *item = (int(index) for index in np.unravel_index(int(shares.argmax()), shares.shape))
    place, condition = tuple(item), conditions[worst]
    quantity = CONDITIONS[condition - 1] + _item_words(place)
    words = quantity if rcond is None else f"{quantity}, where A is without its singular values up to rcond * S[0],"
    value, bound = float(residuals[condition - 1][place]), float(bounds[place])
    if float(shares[worst][place]) <= 1.0:
        return expect_at_most(words, value, bound)  # a hint would have nothing to explain
    return expect_at_most(
        words,
        value,
        bound,
        help=hint_for_pinverse(X, A, place, condition, rcond),
        heat_map=("X - A+", (X - pseudo_inverse(A, rcond))[place]),
    )


def _item_words(place: tuple[int, ...]) -> str:
    return f" of A[{', '.join(map(str, place))}]" if place else ""


def expect_gradient(gradient: Array, expected: Float64, A: Array, X: Array, G: Array) -> None:
    """Return if ``gradient`` is ``expected`` within 1e-3 of the largest entry of the formula's three terms.

    Args:
        gradient: The answer, with the shape of A.
        expected: What it should be, by the formula or by central differences.
        A: The matrices, (*, m, n).
        X: Their pseudo-inverses, (*, n, m).
        G: The gradient with respect to X, (*, n, m).

    Raises:
        PropertyFailed: With the relative difference, the heat map of the difference and the likely slip.
    """
    terms = pinverse_gradient_terms(A, X, G)
    sizes = np.max([np.abs(term).max(axis=(-2, -1), keepdims=True) for term in terms], axis=0)
    difference = (gradient - expected) / sizes
    value = max_abs(difference)
    place = np.unravel_index(int(np.abs(difference).argmax()), difference.shape)[:-2]
    expect_at_most(
        "max |gradient - expected| / max |largest term|",
        value,
        GRADIENT_BOUND,
        help="" if value <= GRADIENT_BOUND else hint_for_gradient(gradient, A, X, G),
        heat_map=("your gradient - the right one", (gradient - expected)[place]),
    )
