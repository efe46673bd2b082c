"""The families that the properties of the SVD are graded on.

What all of them promise, so that honest descent in any style can do its work: float32 unless the name says
otherwise, C-contiguous, at most 12 rows and columns, and singular values that are equal, zero, or a factor of 1.2
or more apart. Closer ones are a cluster: its vectors are found to no better than the gap, by no fault of the student.
"""

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
    exponents,
    log_uniform,
    matrices,
    product_of_reflectors,
    reflector_vectors,
    spectrum,
    turn,
)
from steepest.strategies.family import Family
from steepest.strategies.svd_build import (
    all_shapes,
    drawn_rectangle,
    from_parts,
    rectangle,
    rectangles,
    spread_spectrum,
    square_shapes,
    tall_shapes,
    upright_shapes,
)

SCALES = (1e4, 1e-4)

TURNING = ((0, -2), (1, 0))
"""A special member without symmetry: its symmetric part has other singular values, its columns come in the wrong
order, and V is not V', so that each of these slips loses its point in every exam, and not only in nearly every one."""

EQUAL_COLUMNS = ((2, 2), (-1, 1))
"""Another one: two columns of one length that are not orthogonal, where formulas for a rotation divide by zero."""

CYCLE = ((0, 1, 0), (0, 0, 4), (2, 0, 0))
"""The smallest matrix whose U and V are never symmetric, whatever their signs: U' for U is wrong for certain."""

SLOWEST = 1.225
"""The factor between neighbours in a slowly decaying spectrum: the smallest that the families promise, and a bit."""


def _mild(generator: np.random.Generator, m: int, n: int) -> Float64:
    return drawn_rectangle(generator, m, n, spread_spectrum(generator, min(m, n)))


def _draw_repeated(generator: np.random.Generator, index: int) -> Array:
    m, n, places = turn(index, (4, 4, [0, 0, 1, 1]), (5, 3, [0, 1, 1]))
    return contiguous(drawn_rectangle(generator, m, n, spread_spectrum(generator, 2)[places]))


def _draw_rank_deficient(generator: np.random.Generator, index: int) -> Array:
    m, n, rank = turn(index, (4, 4, 2), (5, 3, 1))
    S = np.zeros(min(m, n))
    S[:rank] = spread_spectrum(generator, rank)
    return contiguous(drawn_rectangle(generator, m, n, S))


def _draw_diagonal(generator: np.random.Generator, index: int) -> Array:
    S = generator.permutation(spread_spectrum(generator, 4))
    return contiguous(np.diag(S * generator.permutation([1.0, -1.0, -1.0, 1.0])))


def _draw_zero(generator: np.random.Generator, index: int) -> Array:
    return contiguous(np.zeros((int(generator.integers(3, 6)), 3)))


def _draw_vector(generator: np.random.Generator, index: int) -> Array:
    return contiguous(_mild(generator, *turn(index, (1, 4), (5, 1))))


def _draw_scaled(generator: np.random.Generator, index: int) -> Array:
    return contiguous(turn(index, *SCALES) * _mild(generator, *turn(index, (4, 3), (3, 3))))


def _draw_large(generator: np.random.Generator, index: int) -> Array:
    m, n = turn(index, (12, 9), (10, 10))
    # All gaps are narrow: a fixed number of updates that is too small for one would pass where that one is wide.
    return contiguous(
        drawn_rectangle(generator, m, n, spread_spectrum(generator, min(m, n), closest=1.205, widest=1.215))
    )


def _draw_slow(generator: np.random.Generator, index: int) -> Array:
    factor, largest = generator.uniform(1.21, 1.22), log_uniform(generator, 2.0, 4.0)
    return contiguous(drawn_rectangle(generator, 10, 10, largest * factor ** -np.arange(10.0)))


def _repeating(n: int, more: int, drawn: Sequence[int], U: Vectors, V: Vectors) -> Array:
    S = spectrum(n, drawn)
    S[0] = S[1]
    return contiguous(from_parts(n + more, n, S, U, V))


def _of_rank(shape: tuple[int, int], rank: int, drawn: Sequence[int], U: Vectors, V: Vectors) -> Array:
    S = spectrum(min(shape), drawn)
    S[min(rank, len(S) - 1) :] = 0.0
    return contiguous(from_parts(*shape, S, U, V))


def _slow(n: int, signs: Sequence[int]) -> Array:
    """Return a slowly decaying matrix, (n, n), of whole numbers below 100, whose factors have no zero.

    Were U or V the identity, the columns or the rows of M would be orthogonal from the start, and rotations had nothing
    left to do; were V close to it, the first columns of I would be a good first guess. Hence the reversed columns.
    """
    U = product_of_reflectors(n, [[1] * n])
    V = product_of_reflectors(n, [list(range(1, n + 1)), [1, 3] * (n // 2) + [1] * (n % 2)])[:, ::-1]
    matrix = np.round(rectangle(U, 100.0 * SLOWEST ** -np.arange(float(n)), V))
    return contiguous(np.asarray(signs[:n])[:, None] * matrix)


AT_RIGHT_ANGLES = ((1, 0, 1), (0, 1, 1), (0, 0, 1))
"""Its first two columns stand at a right angle and have the same length: 0 / 0 in the formula of the angle, and no
reason to stop, since the third one does not."""

NEARLY_DEPENDENT = ((1, 1), (1, 1.002))
"""Its second singular value, 1e-3, is small, but not zero: a thousandth of the first is no cutoff."""

LONG_BUT_SECOND = ((0, 2, 2), (0, 2, 2), (3, 0, 0))
"""Its longest row is the second singular vector: an ascent stays there. The third unit vector cannot complete its U."""

SQUARE = Family(
    name="svd_square",
    description="square matrices with singular values apart",
    strategy=rectangles(square_shapes(1, 4), 4).map(contiguous),
    draw=lambda generator, index: contiguous(_mild(generator, *turn(index, (3, 3), (4, 4)))),
    draws=2,
    specials=matrices(TURNING, EQUAL_COLUMNS, AT_RIGHT_ANGLES),
    ladder=matrices(
        [[1]],
        [[-1]],
        [[2]],
        [[0, 1], [2, 0]],
        TURNING,
        [[1, 1], [-1, 1]],
        EQUAL_COLUMNS,
        [[6, 8], [-4, 3]],
        [[6, -4], [8, 3]],
        CYCLE,
    ),
)

TALL = Family(
    name="svd_tall",
    description="tall matrices with singular values apart",
    strategy=rectangles(tall_shapes(5), 5).map(contiguous),
    draw=lambda generator, index: contiguous(_mild(generator, *turn(index, (5, 3), (4, 2)))),
    draws=2,
    ladder=matrices(
        [[1], [0]], [[1], [1]], [[1, 0], [0, 1], [0, 0]], [[0, 2], [0, 0], [1, 0]], [[0, 2], [1, 0], [1, 0], [0, 2]]
    ),
)

WIDE = Family(
    name="svd_wide",
    description="wide matrices with singular values apart",
    strategy=rectangles(tall_shapes(5), 5).map(lambda matrix: contiguous(matrix.T)),
    draw=lambda generator, index: contiguous(_mild(generator, *turn(index, (3, 5), (2, 4)))),
    draws=2,
    ladder=matrices([[1, 0]], [[1, 1]], [[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [2, 0, 0]], [[0, 1, 1, 0], [2, 0, 0, 2]]),
)

VECTOR = Family(
    name="svd_vector",
    description="matrices of a single row or column",
    strategy=st.tuples(st.lists(st.integers(-2, 2), min_size=2, max_size=4).filter(any), st.booleans()).map(
        lambda drawn: contiguous([drawn[0]] if drawn[1] else [[entry] for entry in drawn[0]])
    ),
    draw=_draw_vector,
    draws=2,
    ladder=matrices([[0], [1]], [[0, 1]], [[3], [4]], [[3, 4]], [[1], [2], [2]], [[1, 2, 2]]),
)

REPEATED = Family(
    name="svd_repeated",
    description="matrices with equal singular values",
    strategy=st.builds(
        _repeating,
        st.integers(2, 4),
        st.integers(0, 1),
        exponents(4, halvings=1),
        reflector_vectors(5),
        reflector_vectors(5),
    ),
    draw=_draw_repeated,
    draws=2,
    specials=matrices(np.eye(3)),
    ladder=matrices(
        np.eye(2), -np.eye(2), [[0, -1], [1, 0]], [[1, 1], [-1, 1]], [[1, 0], [0, 1], [0, 0]], np.eye(3), np.eye(4)
    ),
)

ZERO = Family(
    name="svd_zero",
    description="zero matrices of several shapes",
    strategy=all_shapes(1, 4).map(lambda shape: contiguous(np.zeros(shape))),
    draw=_draw_zero,
    draws=1,
    specials=matrices(np.zeros((2, 2)), np.zeros((2, 3)), np.zeros((3, 1))),
    ladder=matrices([[0]], [[0], [0]], [[0, 0]], np.zeros((2, 2)), np.zeros((3, 2)), np.zeros((2, 3))),
)

RANK_DEFICIENT = Family(
    name="svd_rank_deficient",
    description="rank-deficient matrices with singular values apart",
    strategy=st.builds(
        _of_rank,
        all_shapes(2, 4),
        st.integers(1, 2),
        exponents(4, halvings=1),
        reflector_vectors(4),
        reflector_vectors(4),
    ),
    draw=_draw_rank_deficient,
    draws=2,
    specials=matrices([[1, 1, 1], [1, 1, 1]], LONG_BUT_SECOND),
    ladder=matrices(
        [[1, 0], [0, 0]],
        [[1, -1], [-1, 1]],
        [[1, 1], [1, 1]],
        [[0, 1], [0, 0]],
        [[0, 0], [1, 1]],
        [[1, 0], [0, 0], [0, 0]],
        [[1, 1, 1], [1, 1, 1]],
        [[1, 0, 0], [0, 0, 0], [0, 0, 2]],
        LONG_BUT_SECOND,
    ),
)

DIAGONAL = Family(
    name="svd_diagonal",
    description="diagonal matrices in any order",
    strategy=st.lists(st.sampled_from([1, 2, 3, 4, -1, -2, -3, -4]), min_size=1, max_size=4).map(
        lambda entries: contiguous(np.diag(entries))
    ),
    draw=_draw_diagonal,
    draws=1,
    specials=matrices(np.diag([1, 2, 3])),
    ladder=matrices([[1]], [[2]], [[-1]], *map(np.diag, ([2, 1], [1, 2], [1, -2], [3, 2, 1], [1, 2, 3]))),
)

SCALED = Family(
    name="svd_scaled",
    description="square and tall matrices with entries near 10000 or 0.0001",
    strategy=st.tuples(st.sampled_from(SCALES), rectangles(upright_shapes(1, 4), 4)).map(
        lambda drawn: contiguous(drawn[0] * drawn[1])
    ),
    draw=_draw_scaled,
    draws=2,
    # Its second singular value is 9e-6: below a cutoff that is not relative.
    specials=matrices([[4e-4, 2e-4], [1e-4, 0.6e-4]]),
    ladder=matrices(
        [[1e4]],
        [[1e-4]],
        [[-1e-4]],
        np.diag([2e4, 1e4]),
        np.diag([2e-4, 1e-4]),
        1e4 * np.asarray(TURNING),
        1e-4 * np.asarray(TURNING),
        1e4 * np.asarray(EQUAL_COLUMNS),
        1e-4 * np.asarray(EQUAL_COLUMNS),
    ),
)

ONE_BY_ONE = Family(
    name="svd_one_by_one",
    description="1 x 1 matrices of either sign",
    strategy=st.sampled_from([1.0, -1.0, 2.0, -2.0, 3.0, 4.0, 0.5, -0.5, 0.25]).map(lambda m: contiguous([[m]])),
    draw=lambda generator, index: contiguous([[log_uniform(generator, 0.25, 4.0) * (-1) ** index]]),
    draws=2,
    ladder=matrices([[1]], [[-1]], [[2]], [[-2]], [[0.5]], [[4]]),
)

FLOAT64 = Family(
    name="svd_float64",
    description="square and tall matrices in float64",
    strategy=rectangles(upright_shapes(1, 4), 4).map(lambda matrix: contiguous(matrix, np.float64)),
    draw=lambda generator, index: contiguous(_mild(generator, *turn(index, (3, 3), (4, 2))), np.float64),
    draws=2,
    specials=matrices(NEARLY_DEPENDENT, dtype=np.float64),
    ladder=matrices(
        [[1]],
        [[-1]],
        [[2]],
        [[1], [1]],
        TURNING,
        EQUAL_COLUMNS,
        ((1, 0), (0, 5e-4)),
        NEARLY_DEPENDENT,
        dtype=np.float64,
    ),
)

LARGE = Family(
    name="svd_large",
    description="matrices with 8 to 12 rows and columns",
    strategy=rectangles(upright_shapes(8, 12), 12).map(contiguous),
    draw=_draw_large,
    draws=2,
    ladder=(
        *matrices(np.eye(8), np.diag([1, 2] * 4), np.kron(np.eye(4), TURNING)),
        _slow(8, [1] * 8),
        *matrices(np.kron(np.eye(4), [[0, 1], [1, 0], [1, 0]])),
    ),
)

SLOW = Family(
    name="svd_slow",
    description="matrices with slowly decaying singular values",
    strategy=st.builds(_slow, st.integers(8, 10), st.lists(st.sampled_from([1, -1]), min_size=10, max_size=10)),
    draw=_draw_slow,
    draws=1,
    ladder=(_slow(8, [1] * 8), _slow(10, [1] * 10)),
)

FAMILIES = (
    *(SQUARE, TALL, WIDE, VECTOR, REPEATED, ZERO, RANK_DEFICIENT),
    *(DIAGONAL, SCALED, ONE_BY_ONE, FLOAT64, LARGE, SLOW),
)


def square_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices ``U diag(S) V'``, n = 1 to 4; shrinks to [[1]]."""
    return SQUARE.strategy


def tall_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with more rows than columns, m = 2 to 5; shrinks to [[1], [0]]."""
    return TALL.strategy


def wide_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with more columns than rows, n = 2 to 5; shrinks to [[1, 0]]."""
    return WIDE.strategy


def vector_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices, not zero, with a single row or column of 2 to 5 entries; shrinks to [[0], [1]]."""
    return VECTOR.strategy


def repeated_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices, square or tall, with equal singular values; shrinks to the 2 x 2 identity."""
    return REPEATED.strategy


def zero_matrices() -> SearchStrategy[Array]:
    """Return float32 zero matrices, 1 to 5 rows and 1 to 4 columns; shrinks to [[0]]."""
    return ZERO.strategy


def rank_deficient_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices of rank 1 or 2 and less than full; shrinks to [[1, 0], [0, 0]]."""
    return RANK_DEFICIENT.strategy


def diagonal_matrices() -> SearchStrategy[Array]:
    """Return float32 square diagonal matrices, entries of either sign in any order; shrinks to [[1]]."""
    return DIAGONAL.strategy


def scaled_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with entries near 1e4 or 1e-4, square or tall, up to 4 x 4; shrinks to [[10000]]."""
    return SCALED.strategy


def one_by_one_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices [[m]] with 1/4 <= |m| <= 4; shrinks to [[1]]."""
    return ONE_BY_ONE.strategy


def float64_matrices() -> SearchStrategy[Array]:
    """Return float64 matrices, square or tall, up to 4 x 4; shrinks to [[1]]."""
    return FLOAT64.strategy


def large_matrices() -> SearchStrategy[Array]:
    """Return float32 square and tall matrices with 8 to 12 rows and columns; shrinks to the 8 x 8 identity."""
    return LARGE.strategy


def slow_matrices() -> SearchStrategy[Array]:
    """Return float32 square matrices, n = 8 to 10, that no descent decomposes in 3 steps; shrinks to one with n = 8."""
    return SLOW.strategy
