"""What the properties of the SVD expect: right angles, the product, the singular values; no vector entry by entry."""

from __future__ import annotations

import numpy as np

from steepest.answers import Array, TensorItem
from steepest.errors import GateFailed
from steepest.expect.bounds import expect_at_least, expect_at_most
from steepest.expect.svd_hints import (
    hint_for_columns,
    hint_for_order,
    hint_for_reconstruction,
    hint_for_shape,
    hint_for_values,
)
from steepest.linalg.svd import (
    first_vectors_error,
    gram_residual,
    largest_value_error,
    order_error,
    orthogonality_error,
    product,
    reconstruction_error,
    singular_value_error,
    svd_accuracy,
    svd_error,
)
from steepest.student import Returned

ON_ITS_WAY = 0.01
"""After 3 steps the largest of all errors is still this or more; the quickest honest styles leave 0.07."""

FIRST_FOUND = 1e-4
"""After 3 steps not even the first singular vectors are found as well as this; the quickest honest styles leave 8e-3,
and what a direct solver found, cut off at three singular values, leaves 1e-8."""

IN_THE_END = 0.05
"""With all its steps a descent has found the largest singular value of a large matrix at least this well."""

NO_NUMBER = (
    "Look for a division by zero: by a singular value that is 0, by the length of a zero column, by the size of the "
    "zero matrix. If nothing is divided, the learning rate is too large."
)

Factors = tuple[Array, Array, Array]


def expect_factors(returned: Returned, M: Array) -> Factors:
    """Return U, S and V if they have the shapes (m, k), (k,) and (n, k), the dtype of ``M`` and finite entries.

    Raises:
        GateFailed: With what came back, and the likely slip behind a wrong shape.
    """
    (m, n), k = M.shape, min(M.shape)
    U = _factor(returned, 0, "U", (m, k), M)
    S = _factor(returned, 1, "S", (k,), M)
    V = _factor(returned, 2, "V", (n, k), M)
    return U, S, V


def _factor(returned: Returned, position: int, name: str, shape: tuple[int, ...], M: Array) -> Array:
    tensors = [item for item in returned.answer.items if isinstance(item, TensorItem)]
    try:
        return returned.tensor(position, shape=shape, dtype=M.dtype)
    except GateFailed as failure:
        got = tensors[position].shape if position < len(tensors) else ()
        help = hint_for_shape(name, got, M.shape, returned=len(tensors))
        if "NaN" in failure.got:
            help = NO_NUMBER
        raise GateFailed(f"{name}: {failure.got}", failure.expected, help or failure.help) from None


def expect_orthonormal(name: str, Q: Array, M: Array) -> None:
    """Return if the columns of ``Q``, which is called ``name``, are orthonormal: ``Q'Q = I``.

    Raises:
        PropertyFailed: With the largest entry of Q'Q - I, its heat map and the likely slip.
    """
    error, bound = orthogonality_error(Q), svd_accuracy(M)
    help = "" if error <= bound else hint_for_columns(name, Q, M)
    expect_at_most(
        f"max |{name}'{name} - I|", error, bound, help=help, heat_map=(f"{name}'{name} - I", gram_residual(Q))
    )


def expect_reconstruction(U: Array, S: Array, V: Array, M: Array) -> None:
    """Return if ``M = U diag(S) V'``.

    Raises:
        PropertyFailed: With the largest difference as a share of the largest entry of M, its heat map, the likely slip.
    """
    error, bound = reconstruction_error(U, S, V, M), svd_accuracy(M)
    expect_at_most(
        "max |M - U diag(S) V'| / max |M|",
        error,
        bound,
        help="" if error <= bound else hint_for_reconstruction(U, S, V, M),
        heat_map=("U diag(S) V' - M", product(U, S, V) - M),
    )


def expect_ordered(S: Array, M: Array) -> None:
    """Return if ``S`` is nowhere negative and descends; equal ones may be off by rounding.

    Raises:
        PropertyFailed: With the largest rise, or the largest negative entry, as a share of the largest entry of M.
    """
    error, bound = order_error(S, M), svd_accuracy(M)
    help = "" if error <= bound else hint_for_order(S, M)
    expect_at_most("max(S[i + 1] - S[i], -S[i]) / max |M|", error, bound, help=help)


def expect_singular_values(S: Array, M: Array) -> None:
    """Return if ``S`` holds the singular values of ``M``, in whatever order and with whatever signs.

    Raises:
        PropertyFailed: With the largest difference as a share of the largest entry of M, and the likely slip.
    """
    error, bound = singular_value_error(S, M), svd_accuracy(M)
    help = "" if error <= bound else hint_for_values(S, M)
    expect_at_most("max |S - true S| / max |M|", error, bound, help=help)


def expect_svd(U: Array, S: Array, V: Array, M: Array) -> None:
    """Return if ``U diag(S) V'`` is a singular value decomposition of ``M`` in every respect.

    Raises:
        PropertyFailed: With the first of the expectations above that does not hold.
    """
    expect_singular_values(S, M)
    expect_ordered(S, M)
    expect_orthonormal("V", V, M)
    expect_orthonormal("U", U, M)
    expect_reconstruction(U, S, V, M)


def expect_arrival(S: Array, V: Array, M: Array) -> None:
    """Return if the largest singular value of ``M``, which is not zero, was found: by S, or by a column of V.

    Raises:
        PropertyFailed: With its error as a share of it.
    """
    error = largest_value_error(S, V, M)
    expect_at_most(
        "the error of S[0] / true S[0] with steps not given",
        error,
        IN_THE_END,
        help="" if error <= IN_THE_END else hint_for_values(S, M),
    )


def expect_on_its_way(U: Array, S: Array, V: Array, M: Array, *, steps: int = 3) -> None:
    """Return if the answer is not yet a decomposition of ``M``, and its first vectors are no singular vectors yet.

    Raises:
        PropertyFailed: With the largest of all errors, or with that of these vectors.
    """
    help = (
        "Find U, S and V by descent, not by a direct solver, and let `steps` be the number of updates: "
        "one rotation of two columns, or one step of all vectors together."
    )
    if M.shape[0] < M.shape[1]:
        help += " If you turn a wide matrix round and call the function again, pass `steps` on."
    expect_at_least(
        "the largest of max |U'U - I|, max |V'V - I|, max |M - U diag(S) V'| / max |M|, max |S - true S| / max |M| "
        f"with steps={steps}",
        svd_error(U, S, V, M),
        ON_ITS_WAY,
        help=help,
    )
    expect_at_least(
        f"the larger one of |M'M v - s^2 v| / s^2 and |M M' u - s^2 u| / s^2 with steps={steps}, for the columns u of "
        "U and v of V that belong to the largest singular value s",
        first_vectors_error(U, S, V, M),
        FIRST_FOUND,
        help=help,
    )


def expect_losses(returned: Returned) -> None:
    """Return if a list of losses follows U, S and V: one or more, all finite.

    Raises:
        GateFailed: There is no such list.
        PropertyFailed: With the number of losses, or of those that are NaN or infinite.
    """
    try:
        losses = returned.history(3)
    except GateFailed as failure:
        help = "Return (U, S, V, losses); losses is a list of plain numbers, one for each update."
        raise GateFailed(failure.got, "U, S, V and then a list of losses", help) from None
    expect_at_least("the number of losses", len(losses), 1, help="Append the loss in every step, as a plain number.")
    expect_at_most(
        "the number of losses that are NaN or infinite",
        int((~np.isfinite(losses)).sum()),
        0,
        help="The descent diverged on its way, or the loss divides by zero.",
    )
