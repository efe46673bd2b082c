"""The pieces matrices are built from: orthogonal factors and singular values, by Hypothesis or by generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.linalg import Float64

Choice = TypeVar("Choice")


def contiguous(matrix: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> Array:
    """Return ``matrix`` as a C-contiguous array: ``torch.optim.LBFGS`` raises on any other layout."""
    array: Array = np.ascontiguousarray(matrix, dtype=dtype)
    return array


def matrices(*entries: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> tuple[Array, ...]:
    """Return the members of a ladder, or the special matrices of an exam."""
    return tuple(contiguous(matrix, dtype) for matrix in entries)


def turn(index: int, *choices: Choice) -> Choice:
    """Return what the index-th draw is made with: sizes and scales take turns, so that no exam misses one by chance."""
    return choices[index % len(choices)]


Vectors = Sequence[Sequence[int]]


def product_of_reflectors(n: int, vectors: Vectors) -> Float64:
    """Return the product of the reflectors ``I - 2 v v' / v'v``, (n, n), each v being the last n entries of a vector.

    A zero vector is left out, so that no vector, or only zeros, gives I.
    """
    Q = np.eye(n)
    for vector in vectors:
        v = np.asarray(vector, dtype=np.float64)[-n:]
        if v.any():
            Q = Q @ (np.eye(n) - 2.0 * np.outer(v, v) / (v @ v))
    return Q


def reflector_vectors(largest_n: int) -> SearchStrategy[Vectors]:
    """Return at most two vectors of small integers for `product_of_reflectors`; they shrink to none.

    Integers, because QR of drawn floats shrinks to unreadable entries. As many as the largest matrix needs, because
    a smaller matrix is found from a larger one only if the draws stay where they are.
    """
    vector = st.lists(st.integers(-2, 2), min_size=largest_n, max_size=largest_n)
    return st.lists(vector, max_size=2)


def exponents(largest_n: int, *, halvings: int) -> SearchStrategy[list[int]]:
    """Return as many exponents e of singular values ``2^-e`` as the largest matrix needs; they shrink to zeros."""
    return st.lists(st.integers(0, halvings), min_size=largest_n, max_size=largest_n)


def spectrum(n: int, drawn: Sequence[int]) -> Float64:
    """Return n singular values ``2^-e``, e being the last n of the ``drawn`` exponents."""
    return np.asarray(2.0 ** -np.asarray(drawn[-n:], dtype=np.float64), dtype=np.float64)


def products(smallest_n: int, largest_n: int) -> SearchStrategy[Float64]:
    """Return ``U diag(S) V'`` with singular values 1, 1/2 and 1/4; shrinks to the smallest identity matrix."""
    vectors = reflector_vectors(largest_n)
    return st.builds(
        lambda n, S, U, V: product_of_reflectors(n, U) * spectrum(n, S) @ product_of_reflectors(n, V).T,
        st.integers(smallest_n, largest_n),
        exponents(largest_n, halvings=2),
        vectors,
        vectors,
    )


def symmetric_products(largest_n: int) -> SearchStrategy[Float64]:
    """Return ``U diag(S) U'`` with singular values 1, 1/2 and 1/4; shrinks to [[1]]."""
    return st.builds(
        lambda n, S, U: product_of_reflectors(n, U) * spectrum(n, S) @ product_of_reflectors(n, U).T,
        st.integers(1, largest_n),
        exponents(largest_n, halvings=2),
        reflector_vectors(largest_n),
    )


def haar_orthogonal(generator: np.random.Generator, n: int) -> Float64:
    """Return an orthogonal matrix, (n, n), uniform over all of them.

    Source: F. Mezzadri (2007), How to generate random matrices from the classical compact groups.
    """
    Q, R = np.linalg.qr(generator.standard_normal((n, n)))
    return np.asarray(Q * np.sign(np.diag(R)), dtype=np.float64)


def drawn_spectrum(generator: np.random.Generator, n: int, *, condition_number: float, largest: float) -> Float64:
    """Return n singular values, descending from ``largest`` to ``largest / condition_number``, even in the logarithm.

    Between the two ends they are jittered around an even grid, so that no two are close.
    """
    places = np.linspace(0.0, 1.0, n)
    if n > 2:
        places[1:-1] += generator.uniform(-0.25, 0.25, n - 2) / (n - 1)
    return np.asarray(largest * condition_number**-places, dtype=np.float64)


def log_uniform(generator: np.random.Generator, low: float, high: float) -> float:
    """Return a number between ``low`` and ``high``, uniform in its logarithm."""
    return math.exp(generator.uniform(math.log(low), math.log(high)))


def with_spectrum(generator: np.random.Generator, S: Float64) -> Float64:
    """Return ``U diag(S) V'`` with U and V uniform orthogonal matrices."""
    n = len(S)
    return haar_orthogonal(generator, n) * S @ haar_orthogonal(generator, n).T
