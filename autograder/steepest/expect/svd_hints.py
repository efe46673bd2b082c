"""What a wrong singular value decomposition looks like: the likely slip behind it, as one or two sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from steepest.answers import Array
from steepest.linalg import Float64, max_abs, singular_values
from steepest.linalg.svd import gram_residual, order_error, product, scale_of

CLOSE = 0.01
"""What a slip predicts and what came back agree if they differ by at most this share of the largest entry of M."""

TINY = 1e-6
"""What is at most this share of the largest entry of M counts as zero."""

CLEAR = 0.05
"""A slip is named only where it makes a difference of at least this share."""

FEW = 5
"""Orders of at most so many columns are tried out."""

Shape = tuple[int, ...]


def hint_for_shape(name: str, got: Shape, shape: Shape, *, returned: int) -> str:
    """Return what to try, given that ``name`` has the shape ``got`` for an M of shape ``shape``; empty if it is right.

    ``returned`` is the number of tensors that came back.
    """
    m, n = shape
    k = min(m, n)
    if returned < 3:
        return "Return a tuple (U, S, V, losses): three tensors, and then the list of losses."
    wanted = {"U": (m, k), "S": (k,), "V": (n, k)}
    if got == wanted[name]:
        return ""
    if name == "S":
        return _hint_for_shape_of_s(got, k)
    rows = wanted[name][0]
    if len(got) < 2:
        return (
            f"Keep both dimensions, ({rows}, {k}), also where one of them is 1: squeeze() takes such a dimension away."
        )
    if got == (k, rows):
        return f"This is {name} transposed: its k columns are the singular vectors, so its shape is ({rows}, {k})."
    if got == (rows, rows):
        return f"These are all {rows} columns. Keep the first k = min(m, n) = {k}: {name}[:, :k]."
    if len(got) == 2 and got[0] == rows and got[1] < k:
        return f"M has k = min(m, n) = {k} singular values, zeros and repeated ones included: one column for each."
    if m < n:
        return "M is wider than tall. Decompose its transpose, and then swap U and V: M = (V diag(S) U')'."
    return f"{name} has {rows} rows and k = min(m, n) = {k} columns here."


def _hint_for_shape_of_s(got: Shape, k: int) -> str:
    if len(got) == 2 and got != (k, 1) and got != (1, k):
        return (
            "Return the k singular values as a vector, not as a diagonal matrix: torch.diag(S) turns one to the other."
        )
    if len(got) == 1 and got[0] < k:
        return f"M has k = min(m, n) = {k} singular values: zeros and repeated ones count, too."
    return f"S holds the k = min(m, n) = {k} singular values, as a tensor with one dimension."


def hint_for_columns(name: str, Q: Array, M: Array) -> str:
    """Return what to try, given that the columns of ``Q``, which is U or V, are not orthonormal."""
    gram = gram_residual(Q) + np.eye(Q.shape[1])
    lengths = np.sqrt(np.diag(gram))
    if max_abs(Q) <= TINY:
        return f"{name} is zero. A zero matrix has singular vectors, too: any orthonormal columns will do."
    if bool((lengths <= CLEAR).any()):
        return (
            f"A column of {name} is zero. Where a singular value is 0, M v / s says nothing: fill up with unit vectors "
            "that are orthogonal to the other columns."
        )
    if name == "U" and Q.shape == M.shape and max_abs(Q - M) <= CLOSE * scale_of(M):
        return "U is M itself. M = U diag(S) V' alone is easy; the columns of U have to be orthonormal as well."
    cosines = gram / np.outer(lengths, lengths)
    largest = max_abs(cosines - np.diag(np.diag(cosines)))
    if largest > 1.0 - CLOSE:
        return (
            f"Two columns of {name} are the same, up to a sign. After a vector is found, take it out: "
            "subtract s u v' from M, or keep the next one orthogonal to it in every step."
        )
    if largest <= CLOSE and max_abs(lengths - 1.0) > CLEAR:
        return f"The columns of {name} are orthogonal, but not of length 1: divide each by its length."
    if max_abs(gram_residual(Q)) <= 0.1:
        return (
            f"{name} is nearly orthonormal, which is not enough. A small loss does not make right angles: a penalty "
            "never reaches zero. Rotate, or make the columns orthonormal in every step, or take more steps."
        )
    return (
        f"The columns of {name} are not at right angles. Keep them orthonormal from the start (rotations), or make "
        "them so after each step (Gram-Schmidt, torch.linalg.qr), and check that the descent has arrived."
    )


def hint_for_reconstruction(U: Array, S: Array, V: Array, M: Array) -> str:
    """Return what to try, given factors whose product ``U diag(S) V'`` is not ``M``."""
    wrong = product(U, S, V)
    if not M.any():
        return "U diag(S) V' has to be zero for the zero matrix, and so has S."
    if _is(wrong, M):
        return "U diag(S) V' is nearly M: the descent has not quite arrived. Take more steps, or stop later."
    if max_abs(S) <= TINY * scale_of(M):
        return "U diag(S) V' is zero: S never got its values."
    for suspect, hint in _wrong_products(U, S, V, M):
        if _is(suspect, M):
            return hint
    if _is(product(U, _core(U, V, M), V), M):
        return _hint_for_core(wrong, M)
    return (
        "U diag(S) V' is not M: the descent has not arrived, or a pair of columns does not belong together. "
        "Print U' M V: it should be diag(S)."
    )


def _hint_for_core(wrong: Float64, M: Array) -> str:
    """Return what to try where U and V are right and S is not."""
    size = float((wrong * wrong).sum())
    factor = float((wrong * M).sum()) / size if size > 0.0 else 0.0
    if factor > 0.0 and _is(factor * wrong, M):
        return (
            f"U diag(S) V' is {1.0 / factor:.3g} times M: the scale is lost. If you divide M first, multiply S after."
        )
    return (
        "U' M V is diagonal, as it should be, but S is not what stands there: S is the lengths of the columns of M V."
    )


def _wrong_products(U: Array, S: Array, V: Array, M: Array) -> Iterator[tuple[Float64, str]]:
    """Yield products that are M if one slip was made, and the slip."""
    sign = np.sign(_core(U, V, M))
    yield (
        product(U, sign * S, V),
        "A sign is lost: M v = s u has to hold for each pair of columns. Turn the sign of u where it does not, and "
        "only of u.",
    )
    yield from _orders(U, S, V)
    if V.shape[0] == V.shape[1]:
        yield product(U, S, V.T), "U diag(S) V is M, without the transpose: what you return as V is V'. Return V.mT."
    if U.shape[0] == U.shape[1]:
        yield product(U.T, S, V), "U' diag(S) V' is M: what you return as U is U'. Its columns are the vectors u."
    if U.shape == V.shape:
        yield product(V, S, U), "V diag(S) U' is M: U and V are swapped."
    yield (
        product(U, np.sqrt(np.abs(S)), V),
        "S holds the squares of the singular values, which are the eigenvalues of M'M: take the square root.",
    )
    yield product(U, np.asarray(S) ** 2, V), "S holds the square roots of the singular values."


def _core(U: Array, V: Array, M: Array) -> Float64:
    """Return the diagonal of ``U' M V``."""
    return np.asarray(np.diag(np.asarray(U, dtype=np.float64).T @ M @ np.asarray(V, dtype=np.float64)))


def _orders(U: Array, S: Array, V: Array) -> Iterator[tuple[Float64, str]]:
    """Yield the products with one of the factors in another order."""
    k = len(S)
    if 2 <= k <= FEW:
        for order in map(list, permutations(range(k))):
            hint = "U, S and V are not in the same order: where you sort one, apply its order to all three."
            yield product(U, S[order], V), hint
            yield product(U, S, V[:, order]), hint
            yield product(U[:, order], S, V), hint


def _is(suspect: Float64, M: Array) -> bool:
    return max_abs(suspect - M) <= CLOSE * scale_of(M)


def hint_for_order(S: Array, M: Array) -> str:
    """Return what to try, given an ``S`` that is negative somewhere or does not descend."""
    if float(np.min(S)) < -CLOSE * scale_of(M):
        return "A singular value is a length and never negative: turn the sign of S and of that column of U together."
    if order_error(S[::-1], M) <= CLOSE:
        return "S ascends. Turn the order round, of the columns of U and of V as well."
    return "Sort S, the largest first, and bring the columns of U and V into the same order: S, order = S.sort(...)."


def hint_for_values(S: Array, M: Array) -> str:
    """Return what to try, given an ``S`` that does not hold the singular values of ``M``."""
    mine, right, scale = np.sort(np.abs(np.asarray(S, dtype=np.float64)))[::-1], singular_values(M), scale_of(M)
    if not M.any():
        return "All singular values of the zero matrix are zero."
    if max_abs(mine) <= TINY * scale:
        return "S is zero: the descent never left its start. A parameter d with S = d^2 is stuck at d = 0."
    for suspect, hint in _wrong_values(right, M):
        if _resembles(mine, suspect) and max_abs(suspect - right) > CLEAR * scale:
            return hint
    factor = float((mine * right).sum()) / float((mine * mine).sum())
    if factor > 0.0 and abs(factor - 1.0) > CLEAR and max_abs(factor * mine - right) <= CLOSE * scale:
        return (
            f"S is {1.0 / factor:.3g} times what it should be: if you divide M by its size before the descent, "
            "multiply S by it afterwards."
        )
    if max_abs(mine - right) <= 0.1 * scale:
        return "S is close, but has not arrived: take more steps, or read S off the result, as the lengths of M v."
    return "S[i] is the length of M v for the i-th column v of V. Print S beside (M @ V).norm(dim=0)."


def _wrong_values(right: Float64, M: Array) -> Iterator[tuple[Float64, str]]:
    """Yield what S is after one slip, descending, and the slip."""
    k = len(right)
    squares = "S holds the squares of the singular values, the eigenvalues of M'M: take the square root."
    yield right**2, squares
    yield np.sqrt(right), "S holds the square roots of the singular values."
    yield np.ones(k), "S is all ones: the singular values are the lengths of the columns of M V."
    yield (
        np.full(k, right[0]),
        "S repeats the largest singular value: each vector has to be taken out of M once it is found.",
    )
    yield (
        np.where(np.arange(k) == 0, right, 0.0),
        "Only the first singular value is there: go on with what is left of M.",
    )
    yield (
        np.sort(np.abs(np.diag(M)))[::-1],
        "S is the diagonal of M. Only where M is diagonal are these the singular values.",
    )
    if M.shape[0] == M.shape[1]:
        values = np.abs(np.linalg.eigvalsh((np.asarray(M, dtype=np.float64) + M.T) / 2.0))
        yield np.sort(values)[::-1], "S belongs to (M + M') / 2: M and its transpose are mixed up."


def _resembles(mine: Float64, suspect: Float64) -> bool:
    return max_abs(mine - suspect) <= CLOSE * max_abs(suspect)
