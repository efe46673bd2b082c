"""The pieces that matrices of the pseudo-inverse are built from: rectangles with prescribed singular values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.linalg import Float64
from steepest.strategies.build import (
    Vectors,
    contiguous,
    drawn_spectrum,
    exponents,
    haar_orthogonal,
    log_uniform,
    product_of_reflectors,
    reflector_vectors,
)

PLATEAU = (1.0, 1.0, 1.0, 1.0, 0.5, 0.5 / 2.56)
"""Relative singular values for a cutoff at 0.5 / 1.6. Four equal large ones lift the Frobenius norm to twice the
largest singular value: a cutoff relative to the norm, or the square root of rcond, drops the fifth; the square of rcond
keeps the sixth."""

STAIRS = (1.0, 0.4, 0.1)
"""Relative singular values for a cutoff at 0.2, where both neighbours are a factor of 2 away."""

DIGIT = 1 / 64
"""Factors of a matrix of lower rank are rounded to multiples of this, so that float32 holds their product exactly."""


def rectangle(U: Float64, S: Float64, V: Float64) -> Float64:
    """Return ``U diag(S) V'`` of the first columns of two orthogonal matrices, (m, n)."""
    k = len(S)
    return np.asarray(U[:, :k] * S @ V[:, :k].T, dtype=np.float64)


def drawn(generator: np.random.Generator, m: int, n: int, S: Float64) -> Float64:
    """Return a matrix with the singular values ``S`` and uniform orthogonal factors, (m, n)."""
    return rectangle(haar_orthogonal(generator, m), S, haar_orthogonal(generator, n))


def mild_spectrum(generator: np.random.Generator, k: int, *, worst: float = 6.0, least: float = 2.0) -> Float64:
    """Return k singular values, the largest between 1 and 4, the smallest ``least`` to ``worst`` times smaller."""
    return drawn_spectrum(
        generator, k, condition_number=generator.uniform(least, worst), largest=log_uniform(generator, 1.0, 4.0)
    )


def mild(generator: np.random.Generator, m: int, n: int, *, worst: float = 6.0, least: float = 2.0) -> Float64:
    """Return a matrix of full rank with such singular values, (m, n)."""
    return drawn(generator, m, n, mild_spectrum(generator, min(m, n), worst=worst, least=least))


def exact_product(B: Float64, C: Float64) -> Float64:
    """Return ``B C'`` of the two factors rounded to a few digits; it has no more rank than they have columns."""
    return np.asarray(np.round(B / DIGIT) @ np.round(C / DIGIT).T * DIGIT**2, dtype=np.float64)


def of_lower_rank(generator: np.random.Generator, m: int, n: int, rank: int, *, exact: bool = True) -> Float64:
    """Return a matrix of lower rank; unless it is exact, rounding to float32 will give it tiny singular values."""
    S = mild_spectrum(generator, rank, worst=5.0)
    B, C = haar_orthogonal(generator, m)[:, :rank] * S, haar_orthogonal(generator, n)[:, :rank]
    return exact_product(B, C) if exact else np.asarray(B @ C.T, dtype=np.float64)


def gapped(generator: np.random.Generator, m: int, n: int, relative: Sequence[float]) -> Float64:
    """Return a matrix with nearly these singular values; those that a cutoff keeps or drops move by 2 %."""
    S = np.asarray(relative) * np.where(np.asarray(relative) < 1.0, generator.uniform(0.98, 1.02, len(relative)), 1.0)
    return drawn(generator, m, n, S)


def stacked(items: Sequence[Float64], *leading: int) -> Array:
    """Return the items as one float32 batch with these leading dimensions."""
    return contiguous(np.stack(items).reshape(*leading, *items[0].shape))


# ------------------------------------------------------------------------------------- what Hypothesis explores


def explored(smallest: int, largest: int, shape: str = "any", halvings: int = 2) -> SearchStrategy[Float64]:
    """Return ``U diag(S) V'`` with singular values 1, 1/2 and 1/4 and the given shape; shrinks to few rows, and I."""

    def build(m: int, n: int, S: Sequence[int], U: Vectors, V: Vectors) -> Float64:
        m, n = {"any": (m, n), "tall": (n + m, n), "wide": (m, m + n)}[shape]
        return rectangle(
            product_of_reflectors(m, U), 2.0 ** -np.asarray(S[: min(m, n)], dtype=float), product_of_reflectors(n, V)
        )

    side, vectors = st.integers(smallest, largest), reflector_vectors(2 * largest)
    return st.builds(build, side, side, exponents(largest, halvings=halvings), vectors, vectors)


def explored_lower_rank(least_rank: int) -> SearchStrategy[Float64]:
    """Return matrices whose rank is below both sides, or exactly 1; shrinks to [[1, 0], [0, 0]]."""

    def build(m: int, n: int, rank: int, S: Sequence[int], U: Vectors, V: Vectors) -> Float64:
        k = min(rank, m - 1, n - 1)
        sizes = 2.0 ** -np.asarray(S[:k], dtype=float)
        return exact_product(product_of_reflectors(m, U)[:, :k] * sizes, product_of_reflectors(n, V)[:, :k])

    side, vectors = st.integers(2, 4), reflector_vectors(4)
    return st.builds(build, side, side, st.integers(1, least_rank), exponents(3, halvings=2), vectors, vectors)


def explored_gapped(scales: Sequence[float]) -> SearchStrategy[Float64]:
    """Return matrices whose relative singular values are ones, perhaps a half, and then 1/8 or less."""

    def build(scale: float, ones: int, half: int, more: int, U: Vectors, V: Vectors) -> Float64:
        S = scale * np.asarray([1.0] * ones + [0.5] * half + [0.125])
        m, n = len(S) + more // 2, len(S) + more % 2
        return rectangle(product_of_reflectors(m, U), S, product_of_reflectors(n, V))

    vectors = reflector_vectors(6)
    return st.builds(
        build, st.sampled_from(scales), st.integers(1, 3), st.integers(0, 1), st.integers(0, 2), vectors, vectors
    )


def zeros(*shape: int) -> Array:
    """Return float32 zeros of this shape."""
    return np.zeros(shape, dtype=np.float32)
