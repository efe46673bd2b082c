"""The families that the properties of indicator are graded on: documents x words matrices of zeros and ones.

What all of them promise, besides entries 0 and 1: the largest singular value is at most 10 times the smallest one
that is not zero, so that it is clear which ones are zero, in float32 and for descent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from steepest.answers import Array
from steepest.linalg import Float64
from steepest.linalg.indicator import rank, spread
from steepest.strategies.build import contiguous, matrices, turn
from steepest.strategies.family import Family

WIDEST_SPREAD = 10.0

CHAIN = ((1, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 0))
"""Four documents on three words: full column rank, singular values 2.1, 1.4, 1."""

TOPICS = ((1, 1, 1, 0, 0), (1, 1, 1, 0, 0), (0, 0, 0, 1, 1), (0, 0, 0, 1, 1), (0, 0, 0, 1, 1))
"""Two topics that share no word: rank 2, singular values the root of 6, twice."""

MANY = np.ones((200, 1))
"""So many documents that counting them in eight bits overflows."""


def _clear(M: Array) -> bool:
    return spread(M) <= WIDEST_SPREAD


def _independent_words(M: Array) -> bool:
    return _clear(M) and rank(M) == M.shape[1]


def _independent_documents(M: Array) -> bool:
    return _clear(M) and rank(M) == M.shape[0]


def _ones(generator: np.random.Generator, documents: int, words: int) -> Float64:
    return np.asarray(generator.integers(0, 2, (documents, words)), dtype=np.float64)


def _drawn(
    generator: np.random.Generator, documents: int, words: int, promise: Callable[[Array], bool] = _clear
) -> Float64:
    """Return the first matrix of fair coin tosses that keeps a promise and has no empty document and no empty word."""
    while True:
        M = _ones(generator, documents, words)
        if M.any(axis=0).all() and M.any(axis=1).all() and promise(M):
            return M


def _draw_gaps(generator: np.random.Generator, index: int) -> Array:
    """Return a matrix with one or two empty words and one empty document, at places that are drawn."""
    core = _drawn(generator, *turn(index, (3, 4), (4, 3)))
    words = np.insert(core, generator.integers(0, core.shape[1] + 1, turn(index, 2, 1)), 0.0, axis=1)
    return contiguous(np.insert(words, generator.integers(0, len(words) + 1), 0.0, axis=0))


def _draw_copies(generator: np.random.Generator, index: int) -> Array:
    """Return a matrix in which documents and words are repeated, so that its rank is less than both sides."""
    while True:
        core = _drawn(generator, 3, 3)
        M = core[generator.integers(0, 3, turn(index, 6, 4))][:, generator.integers(0, 3, turn(index, 4, 6))]
        if rank(M) >= 2 and _clear(M):
            return contiguous(M)


def _draw_single(generator: np.random.Generator, index: int) -> Array:
    """Return one document of several words, or several documents of one word, at least one entry being 1."""
    entries = generator.permutation([1, 0, 1, *generator.integers(0, 2, 2)])
    return contiguous(entries.reshape(turn(index, (1, -1), (-1, 1))))


def _explored(
    documents: tuple[int, int], words: tuple[int, int], promise: Callable[[Array], bool] = _clear
) -> SearchStrategy[Array]:
    """Return matrices of drawn bits with sides between two numbers; they shrink to few ones and small sides.

    A smaller matrix is the lower right corner of a larger one, so that it is found by dropping rows and columns.
    """
    size = documents[1] * words[1]
    bits = st.lists(st.integers(0, 1), min_size=size, max_size=size)
    corners = st.builds(
        lambda drawn, d, w: contiguous(np.reshape(drawn, (documents[1], words[1]))[-d:, -w:]),
        bits,
        st.integers(*documents),
        st.integers(*words),
    )
    return corners.filter(promise)


def _repeated(core: Array, rows: Sequence[int], columns: Sequence[int]) -> Array:
    return contiguous(core[[row % len(core) for row in rows]][:, [column % core.shape[1] for column in columns]])


def _explored_copies() -> SearchStrategy[Array]:
    """Return small matrices with rows and columns repeated; shrinks to a 2 x 2 matrix."""
    places = st.lists(st.integers(0, 2), min_size=2, max_size=4)
    repeated = st.builds(_repeated, _explored((1, 3), (1, 3)), places, places)
    return repeated.filter(lambda M: _clear(M) and rank(M) < min(M.shape))


def _blocks(core: Array, shift: int) -> Array:
    """Return four copies of a matrix down the diagonal, the documents then shifted round: its singular values."""
    return contiguous(np.roll(np.kron(np.eye(4), core), shift, axis=0))


def _wide(M: npt.ArrayLike) -> Array:
    return contiguous(M, np.float64)


INDICATORS = Family(
    name="indicators",
    description="matrices with more documents than words, whose words are independent",
    strategy=_explored((1, 4), (1, 3), _independent_words),
    draw=lambda generator, index: contiguous(_drawn(generator, *turn(index, (6, 4), (5, 3)), _independent_words)),
    draws=3,
    specials=matrices(CHAIN),
    ladder=matrices(
        [[1]],
        [[1], [1]],
        [[1, 0], [0, 1]],
        [[1, 1], [0, 1]],
        [[1, 1], [0, 1], [0, 1]],
        [[1, 1], [1, 0], [0, 1]],
        CHAIN,
    ),
)

WIDE_INDICATORS = Family(
    name="wide_indicators",
    description="matrices with more words than documents, whose documents are independent",
    strategy=_explored((1, 3), (2, 4), _independent_documents),
    draw=lambda generator, index: contiguous(_drawn(generator, *turn(index, (3, 5), (4, 6)), _independent_documents)),
    draws=3,
    specials=matrices(np.transpose(CHAIN)),
    ladder=matrices(
        [[1, 1]],
        [[1, 0], [0, 1]],
        [[1, 1], [0, 1]],
        [[1, 1, 0], [0, 0, 1]],
        [[1, 1, 0], [0, 1, 1]],
        [[1, 1, 0], [0, 1, 1], [0, 0, 1]],
        np.transpose(CHAIN),
    ),
)

GAPS = Family(
    name="indicators_with_gaps",
    description="matrices with empty documents and empty words",
    strategy=_explored((2, 4), (2, 4), lambda M: _clear(M) and not (M.any(axis=0).all() and M.any(axis=1).all())),
    draw=_draw_gaps,
    draws=2,
    specials=matrices(np.zeros((3, 2)), [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]]),
    ladder=matrices(
        [[0]],
        [[1, 0]],
        [[1], [0]],
        [[1, 0], [0, 0]],
        [[1, 1, 0], [0, 1, 0]],
        [[1, 0, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0]],
    ),
)

COPIES = Family(
    name="indicators_with_copies",
    description="matrices in which documents and words are repeated",
    strategy=_explored_copies(),
    draw=_draw_copies,
    draws=2,
    specials=matrices(TOPICS, np.ones((2, 3))),
    ladder=matrices(
        np.ones((2, 2)),
        np.ones((2, 3)),
        [[1, 1, 0], [1, 1, 0], [0, 0, 1]],
        [[0, 1, 0], [1, 0, 1], [1, 0, 1]],
        TOPICS,
    ),
)

SINGLE = Family(
    name="single_indicators",
    description="matrices of one document, or of one word",
    strategy=st.booleans().flatmap(lambda tall: _explored((1, 5), (1, 1)) if tall else _explored((1, 1), (1, 5))),
    draw=_draw_single,
    draws=2,
    specials=matrices([[1]], [[1, 0, 1]], MANY),
    ladder=matrices([[1]], [[1, 1]], [[1], [1]], [[1, 0]], [[1], [0]], [[1, 0, 1]], MANY),
)

FLOAT64_INDICATORS = Family(
    name="float64_indicators",
    description="documents x words matrices in float64",
    strategy=_explored((1, 4), (1, 4)).map(_wide),
    draw=lambda generator, index: _wide(_drawn(generator, *turn(index, (5, 4), (3, 4)))),
    draws=2,
    ladder=matrices([[1]], [[1, 1]], [[1, 1], [0, 1]], [[1, 1, 0], [0, 1, 1]], CHAIN, dtype=np.float64),
)

LARGE_INDICATORS = Family(
    name="large_indicators",
    description="matrices with 8 to 12 documents and words",
    strategy=st.builds(_blocks, _explored((2, 3), (2, 3), lambda M: _clear(M) and rank(M) == 2), st.integers(0, 3)),
    draw=lambda generator, index: contiguous(_drawn(generator, *turn(index, (12, 8), (9, 11)))),
    draws=2,
    ladder=matrices(
        np.eye(8),
        np.kron(np.eye(2), np.ones((4, 4))),
        np.kron(np.eye(4), [[1, 1], [0, 1]]),
        np.kron(np.eye(4), [[1, 1, 0], [0, 1, 1]]),
    ),
)

FAMILIES: tuple[Family, ...] = (
    INDICATORS,
    WIDE_INDICATORS,
    GAPS,
    COPIES,
    SINGLE,
    FLOAT64_INDICATORS,
    LARGE_INDICATORS,
)


def indicators() -> SearchStrategy[Array]:
    """Return float32 matrices with independent words and at least as many documents; shrinks to [[1]]."""
    return INDICATORS.strategy


def wide_indicators() -> SearchStrategy[Array]:
    """Return float32 matrices with independent documents and at least as many words; shrinks to [[0, 1]]."""
    return WIDE_INDICATORS.strategy


def indicators_with_gaps() -> SearchStrategy[Array]:
    """Return float32 matrices with empty documents or empty words, also all of them; shrinks to 2 x 2 zeros."""
    return GAPS.strategy


def indicators_with_copies() -> SearchStrategy[Array]:
    """Return float32 matrices whose rank is less than both sides; shrinks to 2 x 2 zeros."""
    return COPIES.strategy


def single_indicators() -> SearchStrategy[Array]:
    """Return float32 matrices with one document or one word; shrinks to [[0]]."""
    return SINGLE.strategy


def float64_indicators() -> SearchStrategy[Array]:
    """Return float64 matrices with up to 4 documents and words; shrinks to [[0]]."""
    return FLOAT64_INDICATORS.strategy


def large_indicators() -> SearchStrategy[Array]:
    """Return float32 matrices with 8 to 12 documents and words; shrinks to an 8 x 8 permutation matrix."""
    return LARGE_INDICATORS.strategy
