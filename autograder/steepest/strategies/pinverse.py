"""The families that the properties of the pseudo-inverse are graded on.

What all of them promise, so that honest descent in any style can do its work: float32 unless the name says
otherwise, C-contiguous, at most 12 rows and columns. The nonzero singular values of a matrix lie within a factor of 6
(4 for rescaled, float64, large and batched ones), except in the gapped families, whose small singular values are
there to be cut off: no singular value comes within a factor of 1.5 of the cutoff in the middle of the widest gap.
Matrices of lower rank are products of factors with few digits, so that not even rounding gives them full rank; only
the last drawn one is rounded, so that a default cutoff below max(m, n) * eps of its dtype shows.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.strategies import pinverse_batches
from steepest.strategies.build import (
    Vectors,
    contiguous,
    matrices,
    product_of_reflectors,
    reflector_vectors,
    turn,
)
from steepest.strategies.family import Family
from steepest.strategies.pinverse_build import (
    PLATEAU,
    STAIRS,
    drawn,
    explored,
    explored_gapped,
    explored_lower_rank,
    gapped,
    mild,
    of_lower_rank,
    rectangle,
    zeros,
)

SCALES = (1e4, 1e-4)
CUT_SCALES = (1e3, 1e-3)

TURNING = ((0, -6), (1, 0))
"""A special member without symmetry: its square is -6 I, so that a descent that lacks a transpose diverges on it for
certain. Its singular values are as far apart as promised, so that a default cutoff above 1/6 shows."""

BALANCED = ((1, -1), (-1, 1))
"""A special matrix whose rows sum to zero: an ascent that begins at ones finds nothing."""

HADAMARD = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
HALF_ENTRIES = HADAMARD * (1.0, 1.0, 0.4, 0.2)
"""A special gapped member whose largest entry is half its largest singular value: a cutoff made from the entry, or one
that is never above 0.3, keeps the third singular value."""

ILL_CONDITIONED_SPECTRUM = (*1.2 ** -np.arange(4.0), *0.02 * 1.5 ** -np.arange(6.0))
"""Ten singular values that no descent inverts in three steps: four large ones that lie close, so that three power steps
do not tell one from the other, and six small ones far apart, so that 60 steps of LBFGS do not find them at once."""

ROUNDED = np.outer([1, 1, 3, 7], [0.1, 0.3, 0.7, 0.9])
"""A matrix of rank 1, but for the rounding of its entries to float32."""

SHORT_ILL_CONDITIONED = product_of_reflectors(10, [[1] * 10]) * (
    *(1, 0.85, 0.7, 0.6),
    *(0.02, 0.0125, 0.0085, 0.0055, 0.004, 0.0025),
)
"""Such a matrix whose entries have at most two digits: 0.8 or -0.2 times a singular value."""

# -------------------------------------------------------------------------------------------- what exams draw


def _draw_shape(generator: np.random.Generator, index: int) -> Array:
    return contiguous(mild(generator, *turn(index, (4, 3), (3, 5))))


def _draw_vector(generator: np.random.Generator, index: int) -> Array:
    length = int(generator.integers(3, 7))
    # All of one are negative: the largest entry is no measure of its size.
    signs = turn(index, generator.choice([-1.0, 1.0], length), -np.ones(length))
    entries = generator.uniform(0.3, 3.0, length) * signs
    return contiguous(entries.reshape(turn(index, (length, 1), (1, length))))


def _draw_large(generator: np.random.Generator, index: int) -> Array:
    sides = turn(index, ((12, 9), (9, 12)), ((12, 12),))
    # Spread out nearly as far as promised: descents that stop too early arrive where the singular values lie close.
    return contiguous(mild(generator, *sides[int(generator.integers(len(sides)))], least=3.5, worst=4.0))


def _draw_ill_conditioned(generator: np.random.Generator, index: int) -> Array:
    return contiguous(drawn(generator, 10, 10, np.asarray(ILL_CONDITIONED_SPECTRUM)))


def _explored_ill_conditioned(vectors: Vectors) -> Array:
    """Return such a matrix with a dense left factor: on diagonal ones conjugate gradients need one step a column."""
    dense = product_of_reflectors(10, [[1] * 10])
    return contiguous(rectangle(dense, np.asarray(ILL_CONDITIONED_SPECTRUM), product_of_reflectors(10, vectors)))


SHAPES = Family(
    name="pinverse_shapes",
    description="square, tall and wide matrices of full rank",
    strategy=explored(1, 4).map(contiguous),
    draw=_draw_shape,
    draws=2,
    specials=matrices(TURNING),
    ladder=matrices(
        *([[1]], [[-1]], [[2]], [[1], [1]], [[1, 1]], [[1, 0], [0, 2]], [[0, -1], [1, 0]], [[1, 1], [0, 1]], TURNING),
        *([[1, 0], [0, 1], [1, 1]], [[1, 0, 1], [0, 2, 1]], [[1, 2, 0], [0, 1, 1], [1, 0, 1], [0, 0, 1]]),
    ),
)

TALL = Family(
    name="pinverse_tall",
    description="tall matrices of full rank",
    strategy=explored(1, 3, "tall").map(contiguous),
    draw=lambda generator, index: contiguous(mild(generator, 5, 3)),
    draws=1,
    ladder=matrices([[1], [0]], [[1], [1]], [[1, 0], [0, 1], [0, 0]], [[1, 0], [0, 2], [1, 1]]),
)

WIDE = Family(
    name="pinverse_wide",
    description="wide matrices of full rank",
    strategy=explored(1, 3, "wide").map(contiguous),
    draw=lambda generator, index: contiguous(mild(generator, 3, 5)),
    draws=1,
    ladder=matrices([[1, 0]], [[1, 1]], [[1, 0, 0], [0, 1, 0]], [[1, 0, 1], [0, 2, 1]]),
)

LOWER_RANK = Family(
    name="pinverse_lower_rank",
    description="matrices with dependent rows and columns",
    strategy=explored_lower_rank(3).map(contiguous),
    draw=lambda generator, index: contiguous(
        of_lower_rank(generator, *turn(index, (5, 4), (4, 5)), rank=2, exact=turn(index, True, False))
    ),
    draws=2,
    # Square, with I - A X and I - X A of the same shape and different.
    specials=matrices([[0, 2, 0], [0, 0, 1], [0, 0, 0]]),
    ladder=matrices(
        *([[1, 0], [0, 0]], [[0, 1], [0, 0]], [[1, 1], [1, 1]], [[1, 2], [2, 4]], [[1, 1], [1, 1], [0, 0]]),
        *([[1, 0, 1], [0, 1, 1], [1, 1, 2]], [[1, 0, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0]]),
        ROUNDED,
    ),
)

RANK_ONE = Family(
    name="pinverse_rank_one",
    description="matrices of rank 1",
    strategy=explored_lower_rank(1).map(contiguous),
    draw=lambda generator, index: contiguous(of_lower_rank(generator, *turn(index, (4, 3), (3, 4)), rank=1)),
    draws=1,
    specials=matrices(BALANCED),
    ladder=matrices([[1, 0], [0, 0]], [[1, 1], [1, 1]], BALANCED, [[1, 2], [2, 4]], [[1, 2, 0], [1, 2, 0]]),
)

VECTOR = Family(
    name="pinverse_vector",
    description="matrices with a single row or column",
    strategy=st.builds(
        lambda entries, column: contiguous(np.reshape(entries, (-1, 1) if column else (1, -1))),
        st.lists(st.sampled_from([1, 2, -1, -2, 3]), min_size=1, max_size=4),
        st.booleans(),
    ),
    draw=_draw_vector,
    draws=2,
    ladder=matrices([[1]], [[2]], [[-1]], [[1], [1]], [[1, 1]], [[-1, -1]], [[3, 4]], [[1], [2], [2]]),
)

ZERO = Family(
    name="pinverse_zero",
    description="zero matrices of any shape",
    strategy=st.builds(zeros, st.integers(1, 4), st.integers(1, 4)),
    draw=lambda generator, index: zeros(int(generator.integers(3, 6)), 2),
    draws=1,
    ladder=(zeros(1, 1), zeros(1, 2), zeros(2, 1), zeros(2, 2), zeros(2, 3)),
)

RESCALED = Family(
    name="pinverse_rescaled",
    description="tall and wide matrices with entries near 10000 or 0.0001",
    strategy=st.tuples(st.sampled_from(SCALES), explored(1, 3)).map(lambda pair: contiguous(pair[0] * pair[1])),
    draw=lambda generator, index: contiguous(
        turn(index, *SCALES) * mild(generator, *turn(index, (3, 4), (4, 3)), worst=4.0, least=4.0)
    ),
    draws=2,
    specials=matrices(1e4 * np.asarray([[1, 2], [2, 4], [0, 0]])),
    ladder=(
        *matrices([[1e4]], [[1e-4]], [[1e4, 1e4]], [[1e-4], [1e-4]], [[4e4, 0], [0, 1e4]], [[1e-4, 0], [0, 2e-4]]),
        *matrices([[1e-4, 1e-4], [1e-4, 1e-4]], [[1e4, 0], [0, 2e4], [1e4, 1e4]]),
    ),
)

FLOAT64 = Family(
    name="pinverse_float64",
    description="tall, wide and square matrices in float64",
    strategy=explored(1, 4).map(lambda matrix: contiguous(matrix, np.float64)),
    draw=lambda generator, index: contiguous(mild(generator, 4, 3, worst=4.0), np.float64),
    draws=1,
    ladder=matrices([[1]], [[0.5]], [[1], [1]], [[1, 1]], [[0, -1], [1, 0]], [[1, 0, 1], [0, 2, 1]], dtype=np.float64),
)

LARGE = Family(
    name="pinverse_large",
    description="matrices with 9 to 12 rows or columns",
    strategy=explored(9, 12).map(contiguous),
    draw=_draw_large,
    draws=2,
    ladder=matrices(
        np.eye(9), np.eye(9) + 0.3, np.eye(9, 10), np.kron(np.eye(5), [[0, -2], [1, 0]]), np.diag([1, 2, 3, 4] * 3)
    ),
)

GAPPED = Family(
    name="pinverse_gapped",
    description="matrices with a gap between large and small singular values",
    strategy=explored_gapped([1.0]).map(contiguous),
    draw=lambda generator, index: contiguous(gapped(generator, *turn(index, (7, 6), (6, 7)), PLATEAU)),
    draws=2,
    specials=matrices(HALF_ENTRIES),
    ladder=matrices(
        np.diag([1, 0.1]),
        np.diag([1, 0.5, 0.1]),
        np.diag([1, 0.2, 0.02]),
        HALF_ENTRIES,
        np.diag((1, 1, 1, 1, 0.5, 0.2)),
        np.diag(PLATEAU),
        product_of_reflectors(6, [[1] * 6]) * PLATEAU,
    ),
)

GAPPED_RESCALED = Family(
    name="pinverse_gapped_rescaled",
    description="matrices with a gap between singular values, and entries near 1000 or 0.001",
    strategy=explored_gapped(CUT_SCALES).map(contiguous),
    draw=lambda generator, index: contiguous(
        turn(index, *CUT_SCALES) * gapped(generator, *turn(index, (4, 3), (3, 4)), STAIRS)
    ),
    draws=2,
    # Smaller than any lower limit that somebody may put to a size, against division by zero.
    specials=matrices([[6e-5, 8e-5], [8e-5, 6e-5]]),
    ladder=matrices(np.diag([1e3, 1e2]), np.diag([1e-3, 1e-4]), [[3e2, 4e2], [4e2, 3e2]], np.diag([1e3, 4e2, 1e2])),
)

ILL_CONDITIONED = Family(
    name="pinverse_ill_conditioned",
    description="10 x 10 matrices of condition number 380",
    strategy=reflector_vectors(10).map(_explored_ill_conditioned),
    draw=_draw_ill_conditioned,
    draws=2,
    ladder=matrices(SHORT_ILL_CONDITIONED),
)

FAMILIES: tuple[Family, ...] = (
    *(SHAPES, TALL, WIDE, LOWER_RANK, RANK_ONE, VECTOR, ZERO, RESCALED, FLOAT64, LARGE),
    *(GAPPED, GAPPED_RESCALED, ILL_CONDITIONED),
    *pinverse_batches.FAMILIES,
)


def full_rank_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices of full rank, m and n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return SHAPES.strategy


def tall_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with more rows than columns, of full rank; shrinks to [[1], [0]]."""
    return TALL.strategy


def wide_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with more columns than rows, of full rank; shrinks to [[1, 0]]."""
    return WIDE.strategy


def lower_rank_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices whose rank is below both sides, 2 to 4 rows and columns; shrinks to [[1, 0], [0, 0]]."""
    return LOWER_RANK.strategy


def rank_one_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices of rank 1, 2 to 4 rows and columns; shrinks to [[1, 0], [0, 0]]."""
    return RANK_ONE.strategy


def single_row_or_column_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices (1, n) and (m, 1) without a zero; shrinks to [[1]]."""
    return VECTOR.strategy


def zero_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices of zeros, m and n = 1 to 4; shrinks to [[0]]."""
    return ZERO.strategy


def rescaled_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with entries near 1e4 or 1e-4, condition number at most 4; shrinks to [[10000]]."""
    return RESCALED.strategy


def float64_matrices() -> SearchStrategy[Array]:
    """Return float64 matrices of full rank, m and n = 1 to 4, condition number at most 4; shrinks to [[1]]."""
    return FLOAT64.strategy


def large_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices of full rank, m and n = 9 to 12, condition number at most 4; shrinks to 9 x 9."""
    return LARGE.strategy


def gapped_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with largest singular value 1 and a gap below; shrinks to [[1, 0], [0, 1/8]]."""
    return GAPPED.strategy


def ill_conditioned_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices, 10 x 10, of condition number 380, which no descent inverts in 3 steps."""
    return ILL_CONDITIONED.strategy


def gapped_rescaled_matrices() -> SearchStrategy[Array]:
    """Return the same, times 1000 or 0.001; shrinks to [[1000, 0], [0, 125]]."""
    return GAPPED_RESCALED.strategy
