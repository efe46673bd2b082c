"""The families that the properties of the inverse are graded on.

What all of them promise, so that honest descent in any style can do its work: float32 unless the name says
otherwise, C-contiguous, condition number at most 6 (4 for scaled, float64 and large matrices), except for the
ill-conditioned family, which no descent can invert in a few steps. Built from singular values: of matrices of raw
random entries, two in five are singular.
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
    drawn_spectrum,
    haar_orthogonal,
    log_uniform,
    matrices,
    product_of_reflectors,
    products,
    reflector_vectors,
    symmetric_products,
    turn,
    with_spectrum,
)
from steepest.strategies.family import Family

SCALES = (1e4, 1e-4)
FAST = (1.0, 0.5, 0.25, 0.125)
"""The large singular values of an ill-conditioned matrix: more of them than steps, so that not even conjugate
gradients get past them to the small ones."""

SLOW = tuple(2.0**-exponent for exponent in range(8, 14))
"""The small ones, far apart: 60 steps of LBFGS (three times its usual 20) find some of them, and never the smallest."""

SHORT = (0.8, 0.6, 0.4, 0.2, 2e-3, 8e-4, 4e-4, 8e-5)
"""Singular values of the same kind: three quarters and a quarter of each have two digits at most."""

TURNING = ((0, -2), (1, 0))
"""A special member of families without symmetry: its square is -2 I, so that a descent whose gradient lacks the
transpose of M diverges on it for certain, and not on a drawn matrix only nearly always."""


LONG_ROW = ((2, 2, 2, 2), (0.48, -0.48, 0, 0), (0, 0, 0.48, -0.48), (0.34, 0.34, -0.34, -0.34))
"""A special member whose largest singular value, 4, is far above its column sums: those alone bound no rate.
Its transpose is one, too, for the row sums."""

AGAINST_ONES = ((1, -1), (0.5, 0.5))
"""A special member whose largest singular vector is orthogonal to (1, 1), where a power iteration may begin."""


def _mild_spectrum(generator: np.random.Generator, n: int, *, worst: float = 6.0) -> Float64:
    """Return an exam's singular values: condition number 2 to ``worst``, the largest one between 1 and n.

    Up to n, so that also the published learning rate 0.9 is stable: its limit is ``S[0] = 1.45 n``.
    """
    condition_number = generator.uniform(2.0, worst)
    return drawn_spectrum(generator, n, condition_number=condition_number, largest=log_uniform(generator, 1.0, n))


def _mild(generator: np.random.Generator, n: int, *, worst: float = 6.0) -> Float64:
    return with_spectrum(generator, _mild_spectrum(generator, n, worst=worst))


def _draw_diagonal(generator: np.random.Generator, index: int) -> Array:
    S = _mild_spectrum(generator, turn(index, 4, 3))
    return contiguous(np.diag(generator.permutation(S) * generator.choice([-1.0, 1.0], len(S))))


def _draw_positive_definite(generator: np.random.Generator, index: int) -> Array:
    S = _mild_spectrum(generator, turn(index, 3, 4))
    U = haar_orthogonal(generator, len(S))
    matrix = contiguous(U * S @ U.T)
    return contiguous((matrix + matrix.T) / 2)


def _draw_scaled(generator: np.random.Generator, index: int) -> Array:
    return contiguous(turn(index, *SCALES) * _mild(generator, 3, worst=4.0))


def _with_negative_determinant(matrix: Float64) -> Array:
    signs = np.ones(len(matrix))
    signs[0] = -1.0 if np.linalg.det(matrix) > 0 else 1.0
    return contiguous(signs[:, None] * matrix)


def _draw_permutation(generator: np.random.Generator, index: int) -> Array:
    return contiguous(np.eye(4)[generator.permutation(4)])


def _swapped(n: int, places: Sequence[int]) -> Array:
    """Return the permutation matrix that swaps neighbours, the last two for place 0; no places give I."""
    order = np.arange(n)
    for place in places:
        at = n - 2 - place
        if at >= 0:
            order[[at, at + 1]] = order[[at + 1, at]]
    return contiguous(np.eye(n)[order])


def _draw_one_by_one(generator: np.random.Generator, index: int) -> Array:
    return contiguous([[log_uniform(generator, 0.25, 4.0) * (-1) ** index]])


def _dense(n: int) -> Float64:
    """Return the reflector of the vector of ones, (n, n): orthogonal, and without a zero.

    An ill-conditioned M needs such a factor: where M is diagonal, each column of I is an eigenvector of ``M' M``, and
    conjugate gradients on columns find the whole inverse in one step.
    """
    return product_of_reflectors(n, [[1] * n])


def _ill_conditioned(small: Sequence[float], U: Float64, V: Float64) -> Array:
    return contiguous(U * np.asarray([*FAST, *small]) @ V.T)


def _draw_ill_conditioned(generator: np.random.Generator, index: int) -> Array:
    small = drawn_spectrum(generator, 6, condition_number=40.0, largest=4e-3)
    return _ill_conditioned(small.tolist(), haar_orthogonal(generator, 10), haar_orthogonal(generator, 10))


def _explored_ill_conditioned(n: int, vectors: Vectors) -> Array:
    return _ill_conditioned(SLOW[len(FAST) - n :], _dense(n), product_of_reflectors(n, vectors))


DIAGONAL = Family(
    name="diagonal",
    description="diagonal matrices",
    strategy=st.lists(st.sampled_from([1, 2, 3, 4, -1, -2, -3, -4]), min_size=1, max_size=4).map(
        lambda entries: contiguous(np.diag(entries))
    ),
    draw=_draw_diagonal,
    draws=1,
    specials=matrices(np.diag([1, 2, 3, 4])),
    ladder=matrices([[1]], [[2]], [[-1]], *map(np.diag, ([1, 2], [2, 1], [1, -1], [1, 2, 3], [1, 2, 3, 4]))),
)

ORTHOGONAL = Family(
    name="orthogonal",
    description="orthogonal matrices",
    strategy=st.builds(product_of_reflectors, st.integers(1, 4), reflector_vectors(4)).map(contiguous),
    draw=lambda generator, index: contiguous(haar_orthogonal(generator, turn(index, 3, 4))),
    draws=1,
    specials=matrices([[0, -1], [1, 0]]),
    ladder=matrices([[1]], [[-1]], [[0, 1], [1, 0]], [[0, -1], [1, 0]], [[0.6, -0.8], [0.8, 0.6]]),
)

POSITIVE_DEFINITE = Family(
    name="positive_definite",
    description="symmetric positive definite matrices",
    strategy=symmetric_products(4).map(contiguous),
    draw=_draw_positive_definite,
    draws=1,
    # Its largest entry, 1.75, is far below its largest singular value, 4: a step size made from entries diverges.
    specials=matrices(np.eye(4) + 0.75),
    ladder=matrices(
        [[1]], [[0.5]], np.diag([1, 2]), [[2, 1], [1, 2]], [[2, 1, 0], [1, 2, 1], [0, 1, 2]], np.eye(3) + 1.5
    ),
)

WELL_CONDITIONED = Family(
    name="well_conditioned",
    description="well-conditioned matrices",
    strategy=products(1, 4).map(contiguous),
    draw=lambda generator, index: contiguous(_mild(generator, turn(index, 3, 4))),
    draws=2,
    specials=matrices(TURNING, [[-0.5]], LONG_ROW, np.transpose(LONG_ROW), AGAINST_ONES),
    ladder=matrices(
        [[1]],
        [[-1]],
        [[0.5]],
        [[0, 1], [1, 0]],
        [[0, -1], [1, 0]],
        [[1, 1], [0, 1]],
        [[1, 0], [1, 1]],
        [[1, 1], [-1, 1]],
        [[-1, 0], [1, -1]],
        AGAINST_ONES,
        [[1, 0.3], [-0.7, 0.9]],
        [[1, 1, 0], [0, 1, 1], [0, 0, 1]],
        [[0, 0, 1], [1, 0, 0], [1, 1, 0]],
        [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]],
        LONG_ROW,
        np.transpose(LONG_ROW),
    ),
)

NEGATIVE_DETERMINANT = Family(
    name="negative_determinant",
    description="matrices with a negative determinant",
    strategy=products(1, 4).map(_with_negative_determinant),
    draw=lambda generator, index: _with_negative_determinant(_mild(generator, 3)),
    draws=1,
    specials=matrices([[0, -2, 0], [1, 0, 0], [0, 0, -1]]),
    ladder=matrices(
        [[-1]], [[-0.5]], [[0, 1], [1, 0]], [[1, 0], [0, -1]], [[1, 1], [1, -1]], [[0, -2, 0], [1, 0, 0], [0, 0, -1]]
    ),
)

PERMUTATION = Family(
    name="permutation",
    description="identity and permutation matrices",
    strategy=st.builds(_swapped, st.integers(1, 5), st.lists(st.integers(0, 3), max_size=4)),
    draw=_draw_permutation,
    draws=1,
    specials=matrices(np.eye(3), np.eye(3)[[1, 2, 0]]),
    ladder=matrices(np.eye(1), np.eye(2), np.eye(2)[[1, 0]], np.eye(3), np.eye(3)[[1, 2, 0]]),
)

ONE_BY_ONE = Family(
    name="one_by_one",
    description="1 x 1 matrices",
    strategy=st.sampled_from([1.0, -1.0, 2.0, -2.0, 3.0, 4.0, 0.5, -0.5, 0.25]).map(lambda m: contiguous([[m]])),
    draw=_draw_one_by_one,
    draws=1,
    specials=matrices([[-0.5]]),
    ladder=matrices([[1]], [[-1]], [[2]], [[-2]], [[0.5]], [[4]], [[0.25]]),
)

SCALED = Family(
    name="scaled",
    description="matrices with entries near 10000 or 0.0001",
    strategy=st.tuples(st.sampled_from(SCALES), products(1, 4)).map(lambda drawn: contiguous(drawn[0] * drawn[1])),
    draw=_draw_scaled,
    draws=2,
    specials=matrices(1e4 * np.asarray(TURNING)),
    ladder=matrices(
        [[1e4]],
        [[1e-4]],
        np.diag([1e4, 2e4]),
        np.diag([1e-4, 2e-4]),
        1e4 * np.asarray(TURNING),
        [[1e4, 1e4], [0, 1e4]],
    ),
)

FLOAT64 = Family(
    name="float64",
    description="matrices in float64",
    strategy=products(1, 4).map(lambda matrix: contiguous(matrix, np.float64)),
    draw=lambda generator, index: contiguous(_mild(generator, turn(index, 3, 4), worst=4.0), np.float64),
    draws=2,
    specials=matrices(TURNING, dtype=np.float64),
    ladder=matrices(
        [[1]],
        [[-1]],
        [[0.5]],
        np.diag([1, 2]),
        [[0, -1], [1, 0]],
        [[1, 1], [0, 1]],
        np.diag([1, 2, 3]),
        np.diag([1, 2, 3, 4]),
        dtype=np.float64,
    ),
)

LARGE = Family(
    name="large",
    description="matrices with 8 to 12 rows",
    strategy=products(8, 12).map(contiguous),
    draw=lambda generator, index: contiguous(_mild(generator, turn(index, 9, 12), worst=4.0)),
    draws=2,
    ladder=matrices(
        np.eye(8),
        np.eye(8)[::-1],
        np.diag([1, 2, 3, 4] * 2),
        np.kron(np.eye(4), TURNING),
        _dense(8) * ([0.4, 0.8, 1.2, 1.6] * 2),
        _dense(12) * ([1, 2, 3, 4] * 3),
    ),
)

ILL_CONDITIONED = Family(
    name="ill_conditioned",
    description="ill-conditioned matrices",
    strategy=st.builds(_explored_ill_conditioned, st.integers(8, 10), reflector_vectors(10)),
    draw=_draw_ill_conditioned,
    draws=2,
    ladder=(contiguous(_dense(8) * SHORT), _ill_conditioned(SLOW[-4:], _dense(8), np.eye(8))),
)

FAMILIES = (
    DIAGONAL,
    ORTHOGONAL,
    POSITIVE_DEFINITE,
    WELL_CONDITIONED,
    NEGATIVE_DETERMINANT,
    PERMUTATION,
    ONE_BY_ONE,
    SCALED,
    FLOAT64,
    LARGE,
    ILL_CONDITIONED,
)


def diagonal_matrices() -> SearchStrategy[Array]:
    """Return float32 diagonal matrices, n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return DIAGONAL.strategy


def orthogonal_matrices() -> SearchStrategy[Array]:
    """Return float32 orthogonal matrices, n = 1 to 4; shrinks to [[1]]."""
    return ORTHOGONAL.strategy


def positive_definite_matrices() -> SearchStrategy[Array]:
    """Return float32 symmetric positive definite matrices, n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return POSITIVE_DEFINITE.strategy


def well_conditioned_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices ``U diag(S) V'``, n = 1 to 4, condition number at most 6; shrinks to [[1]]."""
    return WELL_CONDITIONED.strategy


def negative_determinant_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with a negative determinant, n = 1 to 4, condition at most 6; shrinks to [[-1]]."""
    return NEGATIVE_DETERMINANT.strategy


def permutation_matrices() -> SearchStrategy[Array]:
    """Return float32 permutation matrices, n = 1 to 5, the identity among them; shrinks to [[1]]."""
    return PERMUTATION.strategy


def one_by_one_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices [[m]] with 1/4 <= |m| <= 4; shrinks to [[1]]."""
    return ONE_BY_ONE.strategy


def scaled_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with entries near 1e4 or 1e-4, n = 1 to 4, condition at most 4; shrinks to [[10000]]."""
    return SCALED.strategy


def float64_matrices() -> SearchStrategy[Array]:
    """Return float64 matrices ``U diag(S) V'``, n = 1 to 4, condition number at most 4; shrinks to [[1]]."""
    return FLOAT64.strategy


def large_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices with n = 8 to 12, condition number at most 4; shrinks to the 8 x 8 identity."""
    return LARGE.strategy


def ill_conditioned_matrices() -> SearchStrategy[Array]:
    """Return float32 matrices, n = 8 to 10, with condition number 8192, or 10000 in an exam.

    No descent inverts them in 3 steps: four singular values lie between 1/8 and 1, the others below 1/200. Shrinks
    to n = 8 and entries that are multiples of a quarter of a power of two.
    """
    return ILL_CONDITIONED.strategy
