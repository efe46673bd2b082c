"""The batches that the properties of the pseudo-inverse are graded on.

All are float32 and C-contiguous. The singular values of a matrix of full rank lie within a factor of 4; the matrices of
a batch may differ in scale by many orders.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.strategies.build import Vectors, exponents, matrices, product_of_reflectors, reflector_vectors, turn
from steepest.strategies.family import Family
from steepest.strategies.pinverse_build import STAIRS, gapped, mild, rectangle, stacked, zeros

UNEVEN = (1e-4, 1.0, 1e4)


def _explored_batches(scales: Sequence[float], *, fewest: int = 1) -> SearchStrategy[Array]:
    """Return batches of one to three matrices of the same shape, each a multiple of its own small matrix."""

    def build(m: int, n: int, drawn: Sequence[tuple[float, list[int], Vectors]], double: bool) -> Array:
        items = [
            scale * rectangle(product_of_reflectors(m, U), 2.0 ** -np.asarray(S[: min(m, n)], dtype=float), np.eye(n))
            for scale, S, U in drawn
        ]
        return stacked(items, *((1, len(items)) if double else (len(items),)))

    item = st.tuples(st.sampled_from(scales), exponents(3, halvings=2), reflector_vectors(3))
    side = st.integers(1, 3)
    return st.builds(build, side, side, st.lists(item, min_size=fewest, max_size=3), st.booleans())


def _explored_gapped_batches() -> SearchStrategy[Array]:
    """Return batches of two or three matrices with the same relative singular values at different scales."""

    def build(more: int, scales: Sequence[float], U: Vectors) -> Array:
        m, n = 2 + more // 2, 2 + more % 2
        turned = rectangle(product_of_reflectors(m, U), np.asarray([1.0, 0.125]), np.eye(n))
        return stacked([scale * turned for scale in scales], len(scales))

    scales = st.lists(st.sampled_from([1.0, 1e-2, 1e2]), min_size=2, max_size=3)
    return st.builds(build, st.integers(0, 2), scales, reflector_vectors(3))


def _draw_batch(generator: np.random.Generator, index: int) -> Array:
    (m, n), leading = turn(index, ((4, 3), (3,)), ((2, 4), (2, 2)))
    return stacked([mild(generator, m, n, worst=4.0) for _ in range(int(np.prod(leading)))], *leading)


def _draw_uneven(generator: np.random.Generator, index: int) -> Array:
    return stacked([scale * mild(generator, 3, 4, worst=4.0) for scale in generator.permutation(UNEVEN)], 3)


def _draw_partly_zero(generator: np.random.Generator, index: int) -> Array:
    items = [mild(generator, 4, 2, worst=4.0) for _ in range(3)]
    items[int(generator.integers(3))][:] = 0.0
    return stacked(items, 3)


def _draw_gapped_batch(generator: np.random.Generator, index: int) -> Array:
    return stacked([scale * gapped(generator, 4, 3, STAIRS) for scale in generator.permutation([1e-2, 1.0, 1e2])], 3)


BATCH = Family(
    name="pinverse_batch",
    description="batches of matrices",
    strategy=_explored_batches([1.0, -1.0, 2.0, 0.5]),
    draw=_draw_batch,
    draws=2,
    specials=matrices([[[1, 0], [0, 2], [1, 1]]]),
    ladder=matrices([[[1]]], [[[[1]]]], [[[1]], [[-2]]], [[[[1]], [[2]]]], [[[1, 0], [0, 1]], [[0, -1], [1, 0]]]),
)

UNEVEN_BATCH = Family(
    name="pinverse_uneven_batch",
    description="batches of matrices of very different scale",
    strategy=_explored_batches([1.0, -1e-4, 1e4], fewest=2),
    draw=_draw_uneven,
    draws=1,
    ladder=matrices(
        [[[1.0]], [[1e4]]],
        [[[1e-4]], [[1.0]]],
        [[[1.0]], [[1e-4]], [[-1e4]]],
        [[[1.0, 0.0], [0.0, 2.0]], [[1e-4, 0.0], [0.0, 2e-4]]],
    ),
)

PARTLY_ZERO_BATCH = Family(
    name="pinverse_partly_zero_batch",
    description="batches in which a matrix is zero",
    strategy=_explored_batches([1.0, -2.0]).map(lambda batch: np.concatenate([batch, 0.0 * batch[..., :1, :, :]], -3)),
    draw=_draw_partly_zero,
    draws=1,
    ladder=matrices([[[0]]], [[[1]], [[0]]], [[[0]], [[1]]], [[[0, 0], [0, 0]], [[1, 0], [0, 2]]]),
)

EMPTY_BATCH = Family(
    name="pinverse_empty_batch",
    description="batches without a matrix",
    strategy=st.builds(zeros, st.just(0), st.integers(1, 3), st.integers(1, 3)),
    draw=lambda generator, index: zeros(0, 3, 2),
    draws=1,
    specials=(zeros(2, 0, 3, 2),),
    ladder=(zeros(0, 1, 1), zeros(0, 2, 3)),
)

FALLING = np.diag([1.0, 0.6, 0.36, 0.14])
TWICE_GAPPED = stacked([1e-3 * np.eye(4), *(scale * FALLING for scale in (1e3, 2e3, 4e3))], 2, 2)
"""A batch with two leading dimensions, (2, 2, 4, 4): what is taken along dim=1 is of the wrong one. Its first matrix
needs no step that cuts and has by far the largest pseudo-inverse: who measures whether X still moves in one norm for
the whole batch stops before the others have lost their smallest singular value."""

GAPPED_BATCH = Family(
    name="pinverse_gapped_batch",
    description="batches of matrices of different scale, each with a gap between its singular values",
    strategy=_explored_gapped_batches(),
    draw=_draw_gapped_batch,
    draws=1,
    specials=(TWICE_GAPPED,),
    ladder=(
        *matrices([np.diag([1, 0.1]), np.diag([100, 10])], [np.diag([100, 10]), np.diag([1, 0.1])]),
        TWICE_GAPPED,
    ),
)

FAMILIES: tuple[Family, ...] = (BATCH, UNEVEN_BATCH, PARTLY_ZERO_BATCH, EMPTY_BATCH, GAPPED_BATCH)


def batches() -> SearchStrategy[Array]:
    """Return float32 batches (b, m, n) and (b, c, m, n), condition number at most 4; shrinks to [[[1]]]."""
    return BATCH.strategy


def uneven_batches() -> SearchStrategy[Array]:
    """Return float32 batches whose matrices differ in scale, 1e-4, 1 and 1e4; shrinks to [[[1]], [[1]]]."""
    return UNEVEN_BATCH.strategy


def partly_zero_batches() -> SearchStrategy[Array]:
    """Return float32 batches in which at least one matrix is zero; shrinks to [[[1]], [[0]]]."""
    return PARTLY_ZERO_BATCH.strategy


def empty_batches() -> SearchStrategy[Array]:
    """Return float32 tensors of shape (0, m, n); shrinks to (0, 1, 1)."""
    return EMPTY_BATCH.strategy


def gapped_batches() -> SearchStrategy[Array]:
    """Return float32 batches of matrices with the same gap at scales 0.01, 1 and 100; shrinks to two matrices."""
    return GAPPED_BATCH.strategy
