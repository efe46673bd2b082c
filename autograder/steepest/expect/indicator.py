"""What the properties of indicator expect: cosine similarity, a nearest matrix of low rank, the shortest solution."""

from __future__ import annotations

import numpy as np

from steepest.answers import Array, TensorItem
from steepest.errors import GateFailed
from steepest.expect.bounds import expect_at_least, expect_at_most
from steepest.expect.indicator_hints import hint_for_low_rank, hint_for_similarity, hint_for_solution
from steepest.linalg import Float64, max_abs
from steepest.linalg.indicator import (
    ACCURACY,
    EXCESS,
    beyond_rank,
    excess,
    normal_residual,
    shortest_solution,
    waste,
    word_similarity,
)
from steepest.student import Returned

ROWS_FOR_COLUMNS = "That is one row and one column a document: compare the columns of M, as in M.T @ M, not its rows."
EMPTY_WORD = "A word that occurs nowhere has length 0, and 0 / 0 is nan: its similarity is to be 0."
ONE_A_WORD = "x is a vector with one entry for each word, that is for each column of M; y has one for each document."
SYMMETRIC = "Word i is as similar to word j as word j is to word i: divide by the lengths of both."
UNIT = "A word has similarity 1 with itself, and no word has more: divide each product by the lengths of both columns."
APART = "Columns that share no document have the product 0."
TOGETHER = (
    "Words that share a document have a positive product. Is anything subtracted before the columns are multiplied?"
)


def similarity_of(returned: Returned, M: Array) -> Array:
    """Return the words x words matrix that came back, finite and with the dtype of ``M``.

    Raises:
        GateFailed: It is something else; a matrix of documents, and nan for an empty word, are named.
    """
    documents, words = M.shape
    try:
        return returned.tensor(shape=(words, words), dtype=M.dtype)
    except GateFailed as failure:
        help = failure.help
        if _first_shape(returned) == (documents, documents) != (words, words):
            help = ROWS_FOR_COLUMNS
        elif _first_shape(returned) == (words, words) and "NaN" in failure.got and not M.any(axis=0).all():
            help = EMPTY_WORD
        raise GateFailed(failure.got, failure.expected, help) from None


def solution_of(returned: Returned, M: Array) -> Array:
    """Return the vector that came back: an entry a word, finite and with the dtype of ``M``.

    Raises:
        GateFailed: It is something else; a vector with an entry a document, and a column, are named.
    """
    documents, words = M.shape
    try:
        return returned.tensor(shape=(words,), dtype=M.dtype)
    except GateFailed as failure:
        shape = _first_shape(returned)
        slips = {(documents,), (words, 1), (1, words)} - {(words,)}
        help = ONE_A_WORD if shape in slips else failure.help
        raise GateFailed(failure.got, failure.expected, help) from None


def _first_shape(returned: Returned) -> tuple[int, ...] | None:
    return next((item.shape for item in returned.answer.items if isinstance(item, TensorItem)), None)


def expect_similarity(C: Array, M: Array) -> None:
    """Return if ``C`` is the cosine similarity of the columns of ``M``, 0 for empty words.

    Raises:
        PropertyFailed: With the largest difference, its heat map and the likely slip.
    """
    right = word_similarity(M)
    error = max_abs(C - right)
    expect_at_most(
        "max |similarity - right similarity|",
        error,
        ACCURACY,
        help="" if error <= ACCURACY else hint_for_similarity(C, M),
        heat_map=("what came back minus the right similarity", C - right),
    )


def expect_like_similarity(C: Array, M: Array) -> None:
    """Return if ``C`` is what any measure of similarity between 0 and 1 is, for a matrix without empty words.

    It is symmetric, 1 on the diagonal, between 0 and 1, and 0 for those words only that share no document.

    Raises:
        PropertyFailed: With the first of these that does not hold, and by how much.
    """
    shared = _shared(M)
    apart = max_abs(C[shared == 0.0])
    expect_at_most("max |C - C'|", max_abs(C - C.T), ACCURACY, help=SYMMETRIC, heat_map=("C - C'", C - C.T))
    expect_at_most("max |C[i, i] - 1|", max_abs(np.diag(C) - 1.0), ACCURACY, help=UNIT, heat_map=("C", C))
    expect_at_most("the largest similarity", float(C.max()), 1.0 + ACCURACY, help=UNIT, heat_map=("C", C))
    expect_at_most("the similarity of words that share no document", apart, ACCURACY, help=APART, heat_map=("C", C))
    least = float(C[shared > 0.0].min())
    # Two words that share one of d documents have a cosine of 1 / d or more.
    low = 1.0 / len(M) ** 2
    expect_at_least("the least similarity of words that share a document", least, low, help=TOGETHER, heat_map=("C", C))


def _shared(M: Array) -> Float64:
    """Return how many documents each two words share, (words, words)."""
    wide = np.asarray(M, dtype=np.float64)
    return np.asarray(wide.T @ wide, dtype=np.float64)


def expect_low_rank(A: Array, M: Array, k: int) -> None:
    """Return if ``A`` has rank at most k and no matrix of such a rank is nearer to ``M``.

    It is not compared with one truncation: where singular values are equal, there are many nearest matrices.

    Raises:
        PropertyFailed: With the singular value that is too much, or with what the error exceeds, and the likely slip.
    """
    beyond, more = beyond_rank(A, M, k), excess(A, M, k)
    help = "" if beyond <= ACCURACY and more <= EXCESS else hint_for_low_rank(A, M, k)
    expect_at_most(
        f"singular value {k + 1} of the answer over the largest one of M (k = {k})",
        beyond,
        ACCURACY,
        help=help,
        heat_map=("what came back", A),
    )
    expect_at_most(
        f"(|M - A|^2 - the squares of the singular values left out) / |M|^2 (k = {k})",
        more,
        EXCESS,
        help=help,
        heat_map=("M - A", M - A),
    )


def expect_least_error(x: Array, M: Array, y: Array) -> None:
    """Return if ``|M x - y|`` is least, that is if ``M' (M x - y) = 0``, whatever the length of ``x``.

    Raises:
        PropertyFailed: With the largest entry of ``M' (M x - y)`` and the likely slip.
    """
    residual = normal_residual(x, M, y)
    expect_at_most(
        "max |M' (M x - y)| / max M' |y|",
        residual,
        ACCURACY,
        help="" if residual <= ACCURACY else hint_for_solution(x, M, y),
    )


def expect_shortest(x: Array, M: Array, y: Array) -> None:
    """Return if ``x`` is the shortest of all that make ``|M x - y|`` least.

    Raises:
        PropertyFailed: With the part of x that does nothing, if that is all that is wrong, or with the error of x.
    """
    right = shortest_solution(M, y)
    error = max_abs(x - right) / (max_abs(right) or 1.0)
    if error > ACCURACY and normal_residual(x, M, y) <= ACCURACY:
        help = (
            "M x is as near to y as it can be, but x is longer than it needs to be: it holds a part that M sends to "
            "zero. The pseudo-inverse has none: x = pinv(M) y."
        )
        expect_at_most("the length of the part of x that M sends to zero / |x|", waste(x, M), ACCURACY, help=help)
    expect_at_most(
        "max |x - right x| / max |right x|",
        error,
        ACCURACY,
        help="" if error <= ACCURACY else hint_for_solution(x, M, y),
    )
