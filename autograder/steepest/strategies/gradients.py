"""The families that the properties of gradients are graded on: pairs of tensors of the same shape, stacked.

``pair[0]`` and ``pair[1]`` are y_hat and y, or X and M. No inverse is looked for, so M need not have one; entries are
small integers where Hypothesis explores, so that a counterexample can be worked out on paper, and normal numbers in
an exam. Two tensors in one array, because a derivative has to be right at any pair, not along some rule that makes
the one from the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.linalg import Float64
from steepest.strategies.build import contiguous, matrices, turn
from steepest.strategies.family import Family

LARGE, SMALL = 1e4, 2.0**-14
"""Factors of scaled members: nearly each other's inverse, and exactly so for no product of integers."""

SHIFT = ((1, 2), (0, 1))
TURN = ((0, -2), (1, 0))
SKEW = ((1, 0, 2), (3, 1, 0), (0, -1, 2))
"""Matrices without symmetry: a missing transpose, or factors in the wrong order, show on any of them."""


def _pair(first: npt.ArrayLike, second: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> Array:
    return contiguous(np.stack([np.asarray(first), np.asarray(second)]), dtype)


def _scaled(pair: Array, index: int) -> Array:
    """Return X and M with M near 10000 and X near its inverse's size, or the other way round."""
    factors = turn(index, (SMALL, LARGE), (LARGE, SMALL))
    return contiguous(np.reshape(factors, (2, 1, 1)) * pair)


def _explored(*shape: int) -> SearchStrategy[Float64]:
    """Return stacked pairs of small integers of a shape; they shrink to zeros, the last entries first."""
    size = 2 * int(np.prod(shape))
    entries = st.lists(st.integers(-3, 3), min_size=size, max_size=size)
    return entries.map(lambda drawn: np.reshape(np.asarray(drawn, dtype=np.float64), (2, *shape)))


def _explored_matrices() -> SearchStrategy[Float64]:
    return st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(lambda shape: _explored(*shape))


def _explored_squares() -> SearchStrategy[Float64]:
    return st.integers(1, 3).flatmap(lambda n: _explored(n, n))


def _draw(generator: np.random.Generator, *shape: int) -> Float64:
    """Return a stacked pair of normal numbers, y_hat - y being nowhere near zero as a whole."""
    return np.asarray(generator.standard_normal((2, *shape)), dtype=np.float64)


def _draw_guess(generator: np.random.Generator, n: int) -> Float64:
    """Return X and M, with X of the size of an inverse and far from one."""
    pair = _draw(generator, n, n)
    pair[0] /= n
    return pair


def _draw_scalar(generator: np.random.Generator, index: int) -> Array:
    """Return two numbers that differ by 1/2 to 4, each sign of the difference in turn."""
    y = generator.uniform(-2.0, 2.0)
    return contiguous([y + turn(index, 1.0, -1.0) * generator.uniform(0.5, 4.0), y])


SCALAR_PAIRS = Family(
    name="scalar_pairs",
    description="pairs of numbers",
    strategy=_explored().map(contiguous),
    draw=_draw_scalar,
    draws=2,
    # A difference of 3: half of its square, its size and its root are all different.
    specials=matrices([4, 1], [0, 3]),
    ladder=matrices([1, 0], [0, 1], [3, 0], [4, 1], [1, 4], [2, -1]),
)

VECTOR_PAIRS = Family(
    name="vector_pairs",
    description="pairs of vectors",
    strategy=st.integers(1, 5).flatmap(_explored).map(contiguous),
    draw=lambda generator, index: contiguous(_draw(generator, turn(index, 5, 2))),
    draws=2,
    specials=matrices([[1, 2, 3], [3, 2, 0]]),
    ladder=(
        _pair([1], [0]),
        _pair([3], [0]),
        _pair([1, 0], [0, 0]),
        _pair([3, 0], [0, 0]),
        _pair([1, 2], [0, 4]),
        _pair([1, 2, 3], [3, 2, 0]),
    ),
)

MATRIX_PAIRS = Family(
    name="matrix_pairs",
    description="pairs of matrices",
    strategy=_explored_matrices().map(contiguous),
    draw=lambda generator, index: contiguous(_draw(generator, *turn(index, (2, 4), (4, 3)))),
    draws=2,
    specials=(_pair([[1, 2, 3], [0, 1, 0]], [[0, 0, 1], [2, 1, -1]]), _pair(SHIFT, TURN)),
    ladder=(
        _pair([[1]], [[0]]),
        _pair([[3]], [[0]]),
        _pair([[1, 0]], [[0, 0]]),
        _pair([[1], [0]], [[0], [0]]),
        _pair([[3, 0]], [[0, 0]]),
        _pair([[1, 2], [0, 1]], [[0, 0], [0, 0]]),
        _pair(SHIFT, TURN),
        _pair([[1, 2, 3], [0, 1, 0]], [[0, 0, 1], [2, 1, -1]]),
    ),
)

SCALED_PAIRS = Family(
    name="scaled_pairs",
    description="pairs of matrices with entries near 10000 or 0.0001",
    strategy=st.tuples(st.sampled_from([LARGE, 1 / LARGE]), _explored_matrices()).map(
        lambda drawn: contiguous(drawn[0] * drawn[1])
    ),
    draw=lambda generator, index: contiguous(turn(index, LARGE, 1 / LARGE) * _draw(generator, 3, 2)),
    draws=2,
    ladder=(
        _pair([[1e4]], [[0]]),
        _pair([[1e-4]], [[0]]),
        _pair([[1e4, 0]], [[0, 2e4]]),
        _pair([[1e-4, 0]], [[0, 2e-4]]),
    ),
)

FLOAT64_PAIRS = Family(
    name="float64_pairs",
    description="pairs of matrices in float64",
    strategy=_explored_matrices().map(lambda pair: contiguous(pair / 5, np.float64)),
    draw=lambda generator, index: contiguous(_draw(generator, *turn(index, (2, 3), (4, 2))), np.float64),
    draws=2,
    specials=(
        _pair([[0.1, 0.2]], [[0.3, -0.1]], np.float64),
        # Central differences with an h that does not grow with the entries lose digits here.
        _pair([[1e4, 2]], [[0.5, -1e4]], np.float64),
    ),
    ladder=(
        _pair([[1]], [[0]], np.float64),
        _pair([[0.1]], [[0]], np.float64),
        _pair([[0.1, 0.2]], [[0.3, -0.1]], np.float64),
        _pair(SHIFT, TURN, np.float64),
    ),
)

GUESSES = Family(
    name="guesses",
    description="pairs of a guess X and a matrix M",
    strategy=_explored_squares().map(contiguous),
    draw=lambda generator, index: contiguous(_draw_guess(generator, turn(index, 3, 2))),
    draws=2,
    specials=(_pair(SHIFT, TURN), _pair(np.ones((3, 3)), SKEW)),
    ladder=(
        _pair([[0]], [[1]]),
        _pair([[2]], [[1]]),
        _pair([[1]], [[2]]),
        _pair([[0.3]], [[0.7]]),
        _pair(np.zeros((2, 2)), np.eye(2)),
        _pair(np.zeros((2, 2)), SHIFT),
        _pair(np.eye(2), SHIFT),
        _pair(np.diag([2, 1]), SHIFT),
        _pair(SHIFT, TURN),
        _pair(np.ones((3, 3)), SKEW),
    ),
)

ONE_BY_ONE_GUESSES = Family(
    name="one_by_one_guesses",
    description="pairs of a guess X and a matrix M, both 1 x 1",
    strategy=_explored(1, 1).map(contiguous),
    draw=lambda generator, index: contiguous(turn(index, 1.0, -1.0) * generator.uniform(1.25, 3.0, (2, 1, 1))),
    draws=1,
    specials=(_pair([[0]], [[2]]), _pair([[3]], [[-2]])),
    ladder=(_pair([[0]], [[1]]), _pair([[2]], [[1]]), _pair([[0]], [[2]]), _pair([[3]], [[-2]])),
)

SCALED_GUESSES = Family(
    name="scaled_guesses",
    description="pairs of a guess X and a matrix M, one with entries near 10000, the other near 0.0001",
    strategy=st.tuples(_explored_squares(), st.integers(0, 1)).map(lambda drawn: _scaled(*drawn)),
    draw=lambda generator, index: _scaled(contiguous(_draw_guess(generator, 3)), index),
    draws=2,
    ladder=(
        _pair([[2e-4]], [[1e4]]),
        _pair([[2e4]], [[1e-4]]),
        _pair(1e-4 * np.asarray(SHIFT), 1e4 * np.asarray(TURN)),
        _pair(1e4 * np.asarray(SHIFT), 1e-4 * np.asarray(TURN)),
    ),
)

FLOAT64_GUESSES = Family(
    name="float64_guesses",
    description="pairs of a guess X and a matrix M in float64",
    strategy=_explored_squares().map(lambda pair: contiguous(pair / 5, np.float64)),
    draw=lambda generator, index: contiguous(_draw_guess(generator, turn(index, 2, 3)), np.float64),
    draws=2,
    specials=(_pair(np.asarray(SHIFT) / 3, np.asarray(TURN) / 3, np.float64),),
    ladder=(
        _pair([[0]], [[1]], np.float64),
        _pair([[2]], [[1]], np.float64),
        _pair([[0.1]], [[0.3]], np.float64),
        _pair(SHIFT, TURN, np.float64),
        _pair(np.asarray(SHIFT) / 3, np.asarray(TURN) / 3, np.float64),
    ),
)

FAMILIES: tuple[Family, ...] = (
    SCALAR_PAIRS,
    VECTOR_PAIRS,
    MATRIX_PAIRS,
    SCALED_PAIRS,
    FLOAT64_PAIRS,
    GUESSES,
    ONE_BY_ONE_GUESSES,
    SCALED_GUESSES,
    FLOAT64_GUESSES,
)


def scalar_pairs() -> SearchStrategy[Array]:
    """Return float32 pairs of numbers, (2,); shrinks to zeros."""
    return SCALAR_PAIRS.strategy


def vector_pairs() -> SearchStrategy[Array]:
    """Return float32 pairs of vectors, (2, n), n = 1 to 5; shrinks to zeros with n = 1."""
    return VECTOR_PAIRS.strategy


def matrix_pairs() -> SearchStrategy[Array]:
    """Return float32 pairs of matrices, (2, m, n), m and n = 1 to 4; shrinks to zeros, 1 x 1."""
    return MATRIX_PAIRS.strategy


def scaled_pairs() -> SearchStrategy[Array]:
    """Return float32 pairs of matrices with entries near 1e4 or 1e-4, (2, m, n); shrinks to zeros, 1 x 1."""
    return SCALED_PAIRS.strategy


def float64_pairs() -> SearchStrategy[Array]:
    """Return float64 pairs of matrices, (2, m, n), entries that float32 does not hold; shrinks to zeros, 1 x 1."""
    return FLOAT64_PAIRS.strategy


def guesses() -> SearchStrategy[Array]:
    """Return float32 pairs of a guess X and a matrix M, (2, n, n), n = 1 to 3; shrinks to zeros with n = 1."""
    return GUESSES.strategy


def one_by_one_guesses() -> SearchStrategy[Array]:
    """Return float32 pairs of X and M, (2, 1, 1); shrinks to zeros."""
    return ONE_BY_ONE_GUESSES.strategy


def scaled_guesses() -> SearchStrategy[Array]:
    """Return float32 pairs of X and M, one near 1e4 and one near 1e-4, (2, n, n); shrinks to zeros with n = 1."""
    return SCALED_GUESSES.strategy


def float64_guesses() -> SearchStrategy[Array]:
    """Return float64 pairs of X and M with entries that float32 does not hold; shrinks to zeros with n = 1."""
    return FLOAT64_GUESSES.strategy
