"""The pieces matrices are built from: orthogonal factors and singular values, by Hypothesis or by generator."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.linalg import Float64


def contiguous(matrix: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> Array:
    """Return ``matrix`` as a C-contiguous array: ``torch.optim.LBFGS`` raises on any other layout."""
    array: Array = np.ascontiguousarray(matrix, dtype=dtype)
    return array


def product_of_reflectors(n: int, vectors: Sequence[Sequence[int]]) -> Float64:
    """Return the product of the reflectors ``I - 2 v v' / v'v``, (n, n); a zero vector is left out."""
    Q = np.eye(n)
    for vector in vectors:
        v = np.asarray(vector, dtype=np.float64)
        if v.any():
            Q = Q @ (np.eye(n) - 2.0 * np.outer(v, v) / (v @ v))
    return Q


def orthogonal_factors(n: int) -> SearchStrategy[Float64]:
    """Return a strategy of (n, n) orthogonal matrices; it shrinks to I, then to small rational entries.

    Reflectors of small integer vectors, because QR of drawn floats shrinks to unreadable entries.
    """
    vectors = st.lists(st.integers(-2, 2), min_size=n, max_size=n)
    return st.lists(vectors, max_size=2).map(lambda drawn: product_of_reflectors(n, drawn))


def spectra(n: int, *, halvings: int) -> SearchStrategy[Float64]:
    """Return a strategy of n singular values among 1, 1/2, ..., ``2^-halvings``; it shrinks to all ones."""
    exponents = st.lists(st.integers(0, halvings), min_size=n, max_size=n)
    return exponents.map(lambda drawn: 2.0 ** -np.asarray(drawn, dtype=np.float64))


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
