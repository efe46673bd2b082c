"""The graded properties of the assignment "Documents, words and low rank".

Each test below is one line of the rubric: its first line says what is expected, `points` says what it earns. Every
test is given several matrices M and asks your functions about each. All you see here is all there is: only the
matrices of the exam are secret. Run them in the notebook with `check(word_similarity)`, or here with pytest.

The contract that they grade; M is (documents, words) with entries 0 and 1:

    word_similarity(M) -> (words, words)
    low_rank(M, k) -> (documents, words)
    least_squares(M, y) -> (words,)

- word_similarity is the cosine similarity of the columns of M. A word that occurs nowhere has similarity 0 with
  every word, itself included; any other word has similarity 1 with itself.
- low_rank is a matrix of rank at most k that is as near to M as possible in the Frobenius norm; k is 0 or more and
  at most the smaller side of M. Where there are several nearest matrices, each is right.
- least_squares is, of all x that make |M x - y| least, the one with the smallest norm. y has one entry a document.
- Documents and words may be empty: rows and columns of zeros. All of M may be zero.
- Answers have the dtype of M, and arguments stay as they are.
- Any method may be used, torch.linalg included. An answer may be off by 0.001 of the largest entry.

A property with needs=... earns nothing if the property named there fails.
"""

import numpy as np
import pytest
from hypothesis import given

from steepest.expect import expect_unchanged
from steepest.expect.indicator import (
    expect_least_error,
    expect_like_similarity,
    expect_low_rank,
    expect_shortest,
    expect_similarity,
    similarity_of,
    solution_of,
)
from steepest.strategies.indicator import (
    float64_indicators,
    indicators,
    indicators_with_copies,
    indicators_with_gaps,
    large_indicators,
    single_indicators,
    wide_indicators,
)

points = pytest.mark.points


def similarity(student, M):
    """The similarities that the student's function finds."""
    return similarity_of(student.word_similarity(M), M)


def approximation(student, M, k):
    """The matrix of rank at most k that the student's function finds."""
    return student.low_rank(M, k).tensor(shape=M.shape, dtype=M.dtype)


def expect_low_ranks(student, M, *ranks):
    """Expect a nearest matrix of each of some ranks."""
    for k in ranks:
        expect_low_rank(approximation(student, M, k), M, k)


def some_target(M):
    """One number for each document: 1, 2, 3, ..."""
    return np.arange(1, len(M) + 1, dtype=M.dtype)


def solution(student, M):
    """The x that the student's function finds for M and `some_target`."""
    return solution_of(student.least_squares(M, some_target(M)), M)


# ---------------------------------------------------------------------------------------------------- word_similarity


@points(2.5, exercise="word_similarity")
@given(M=indicators())
def test_similarity_of_words(student, M):
    """Entry (i, j) is the cosine of the angle between columns i and j."""
    expect_similarity(similarity(student, M), M)


@points(0.5, exercise="word_similarity")
@given(M=wide_indicators())
def test_similarity_with_more_words_than_documents(student, M):
    """The similarity is right where there are more words than documents."""
    expect_similarity(similarity(student, M), M)


@points(1.5, exercise="word_similarity")
@given(M=indicators())
def test_similarity_is_a_similarity(student, M):
    """It is symmetric, 1 on the diagonal, never above 1, and 0 just for words that never meet."""
    expect_like_similarity(similarity(student, M), M)


@points(1.5, exercise="word_similarity")
@given(M=indicators_with_gaps())
def test_similarity_of_empty_words(student, M):
    """An empty word has similarity 0 with every word, itself included; no nan; M stays as it is."""
    expect_similarity(similarity(student, M), M)
    expect_unchanged(student.word_similarity(M))


@points(0.5, exercise="word_similarity")
@given(M=single_indicators())
def test_similarity_of_one_document_or_one_word(student, M):
    """The similarity is right where there is one document only, or one word."""
    expect_similarity(similarity(student, M), M)


@points(0.5, exercise="word_similarity")
@given(M=float64_indicators())
def test_similarity_in_float64(student, M):
    """The similarity of words in a float64 matrix is in float64; M stays as it is."""
    expect_similarity(similarity(student, M), M)
    expect_unchanged(student.word_similarity(M))


@points(0.5, exercise="word_similarity")
@given(M=large_indicators())
def test_similarity_of_large_matrices(student, M):
    """The similarity is right for 8 to 12 documents and words."""
    expect_similarity(similarity(student, M), M)


@points(0.5, exercise="word_similarity", needs="test_similarity_of_words")
@given(M=indicators())
def test_similarity_leaves_its_argument(student, M):
    """M is the same after word_similarity as before it."""
    expect_unchanged(student.word_similarity(M))


# ----------------------------------------------------------------------------------------------------------- low_rank


@points(2, exercise="low_rank")
@given(M=indicators())
def test_rank_one(student, M):
    """For k = 1 the rank is at most 1, and no matrix of rank 1 is nearer to M."""
    expect_low_ranks(student, M, 1)


@points(2, exercise="low_rank")
@given(M=wide_indicators())
def test_every_rank(student, M):
    """For k = 1, 2, ... the rank is at most k, and no such matrix is nearer to M."""
    expect_low_ranks(student, M, *range(1, min(M.shape)))


@points(0.5, exercise="low_rank", needs="test_rank_one")
@given(M=indicators())
def test_rank_zero(student, M):
    """For k = 0 all entries are zero."""
    expect_low_ranks(student, M, 0)


@points(0.5, exercise="low_rank", needs="test_rank_one")
@given(M=indicators())
def test_full_rank(student, M):
    """For k = the smaller side of M it is M itself."""
    expect_low_ranks(student, M, min(M.shape))


@points(1, exercise="low_rank", needs="test_rank_one")
@given(M=indicators_with_gaps())
def test_low_rank_with_gaps(student, M):
    """It is right where documents or words are empty, for every k from 0 up."""
    expect_low_ranks(student, M, *range(min(M.shape) + 1))


@points(1, exercise="low_rank")
@given(M=indicators_with_copies())
def test_low_rank_with_copies(student, M):
    """It is right where documents and words are repeated: singular values are equal or zero."""
    expect_low_ranks(student, M, 1, min(M.shape) - 1)


@points(0.5, exercise="low_rank", needs="test_rank_one")
@given(M=single_indicators())
def test_low_rank_of_one_document_or_one_word(student, M):
    """It is right where there is one document only, or one word: k is 0 or 1."""
    expect_low_ranks(student, M, 0, 1)


@points(0.5, exercise="low_rank")
@given(M=float64_indicators())
def test_low_rank_in_float64(student, M):
    """A nearest matrix to a float64 matrix is in float64; M stays as it is."""
    expect_low_ranks(student, M, *range(1, min(M.shape) + 1))
    expect_unchanged(student.low_rank(M, 1))


@points(0.5, exercise="low_rank")
@given(M=large_indicators())
def test_low_rank_of_large_matrices(student, M):
    """It is right for 8 to 12 documents and words, for k = 1 and k = 4."""
    expect_low_ranks(student, M, 1, 4)


@points(0.5, exercise="low_rank", needs="test_rank_one")
@given(M=indicators())
def test_low_rank_leaves_its_argument(student, M):
    """M is the same after low_rank as before it."""
    expect_unchanged(student.low_rank(M, 1))


# ------------------------------------------------------------------------------------------------------ least_squares


@points(2.5, exercise="least_squares")
@given(M=indicators())
def test_independent_words(student, M):
    """Where the words are independent, x is the only vector that makes |M x - y| least."""
    expect_shortest(solution(student, M), M, some_target(M))


@points(1, exercise="least_squares")
@given(M=wide_indicators())
def test_least_error(student, M):
    """Where there are more words than documents, M' (M x - y) = 0."""
    expect_least_error(solution(student, M), M, some_target(M))


@points(1.5, exercise="least_squares")
@given(M=wide_indicators())
def test_shortest_solution(student, M):
    """Where there are more words than documents, x is the shortest of all solutions."""
    expect_shortest(solution(student, M), M, some_target(M))


@points(1.5, exercise="least_squares")
@given(M=indicators_with_copies())
def test_repeated_words(student, M):
    """Where documents and words are repeated, x is the shortest of all solutions."""
    expect_shortest(solution(student, M), M, some_target(M))


@points(1, exercise="least_squares")
@given(M=indicators_with_gaps())
def test_empty_words(student, M):
    """Where documents or words are empty, x is the shortest: 0 for an empty word."""
    expect_shortest(solution(student, M), M, some_target(M))


@points(0.5, exercise="least_squares")
@given(M=single_indicators())
def test_one_document_or_one_word(student, M):
    """x is right, of shape (words,), for one document or one word; y may be small or zero."""
    for y in (some_target(M), some_target(M) / 1000, 0 * some_target(M)):
        expect_shortest(solution_of(student.least_squares(M, y), M), M, y)


@points(0.5, exercise="least_squares")
@given(M=float64_indicators())
def test_least_squares_in_float64(student, M):
    """x is right for matrices in float64, and in float64 itself; M and y stay as they are."""
    expect_shortest(solution(student, M), M, some_target(M))
    expect_unchanged(student.least_squares(M, some_target(M)))


@points(0.5, exercise="least_squares", needs="test_independent_words")
@given(M=indicators())
def test_least_squares_leaves_its_arguments(student, M):
    """M and y are the same after least_squares as before it."""
    expect_unchanged(student.least_squares(M, some_target(M)))
