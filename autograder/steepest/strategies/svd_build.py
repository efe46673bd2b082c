"""The pieces that rectangular matrices with a prescribed spectrum are built from."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.linalg import Float64
from steepest.strategies.build import (
    Vectors,
    exponents,
    haar_orthogonal,
    log_uniform,
    product_of_reflectors,
    reflector_vectors,
    spectrum,
)


def rectangle(U: Float64, S: Float64, V: Float64) -> Float64:
    """Return ``U diag(S) V'`` of the first columns of two orthogonal matrices, (m, n)."""
    k = len(S)
    return np.asarray(U[:, :k] * S @ V[:, :k].T, dtype=np.float64)


def drawn_rectangle(generator: np.random.Generator, m: int, n: int, S: Float64) -> Float64:
    """Return ``U diag(S) V'`` with U and V uniform orthogonal matrices, (m, n)."""
    return rectangle(haar_orthogonal(generator, m), S, haar_orthogonal(generator, n))


def spread_spectrum(generator: np.random.Generator, k: int, *, closest: float = 1.25, widest: float = 2.0) -> Float64:
    """Return k singular values, the largest between 1 and 4, each a drawn factor smaller than the one before it."""
    factors = generator.uniform(closest, widest, k)
    factors[0] = 1.0 / log_uniform(generator, 1.0, 4.0)
    return np.asarray(1.0 / np.cumprod(factors), dtype=np.float64)


def from_parts(m: int, n: int, S: Float64, U: Vectors, V: Vectors) -> Float64:
    """Return ``U diag(S) V'`` with U and V products of reflectors, (m, n)."""
    return rectangle(product_of_reflectors(m, U), S, product_of_reflectors(n, V))


def rectangles(shapes: SearchStrategy[tuple[int, int]], largest: int, *, halvings: int = 2) -> SearchStrategy[Float64]:
    """Return ``U diag(S) V'`` with singular values 1, 1/2 and 1/4; shrinks to the smallest shape and ones."""
    vectors = reflector_vectors(largest)
    return st.builds(
        lambda shape, S, U, V: from_parts(shape[0], shape[1], spectrum(min(shape), S), U, V),
        shapes,
        exponents(largest, halvings=halvings),
        vectors,
        vectors,
    )


def all_shapes(least: int, most: int) -> SearchStrategy[tuple[int, int]]:
    """Return shapes of so many rows and columns."""
    return st.tuples(st.integers(least, most), st.integers(least, most))


def square_shapes(least: int, most: int) -> SearchStrategy[tuple[int, int]]:
    """Return square shapes of so many rows."""
    return st.integers(least, most).map(lambda n: (n, n))


def upright_shapes(least: int, most: int) -> SearchStrategy[tuple[int, int]]:
    """Return square and tall shapes: wide ones are families of their own, so that who forgot them loses only those."""
    return all_shapes(least, most).map(lambda shape: (max(shape), min(shape)))


def tall_shapes(most: int) -> SearchStrategy[tuple[int, int]]:
    """Return shapes of one or two rows more than columns, ``most`` rows at most."""
    return st.tuples(st.integers(1, most - 1), st.integers(1, 2)).map(lambda drawn: (min(sum(drawn), most), drawn[0]))
