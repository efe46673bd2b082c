"""What the judge knows of a documents x words matrix: cosine similarity, nearest matrices of low rank, least squares.

``M`` is (documents, words) with entries 0 and 1. Everything is computed in float64, by singular values.
"""

from __future__ import annotations

import numpy as np

from steepest.answers import Array
from steepest.linalg.inverse import Float64, max_abs, singular_values

ACCURACY = 1e-3
"""How far an answer may be off, relative to the largest entry: formulas leave 1e-6, a patient descent 1e-4."""

RCOND = 1e-9
"""Singular values of a 0/1 matrix below this share of the largest are rounding; the families keep others above 0.1."""

EXCESS = 1e-5
"""How much more than the least squared error a matrix of low rank may have, as a share of |M|^2.

An error e in the answer, orthogonal to what is left out, adds its square: entries off by 1e-3 add 1e-6 |M|^2.
"""


def _wide(values: Array) -> Float64:
    return np.asarray(values, dtype=np.float64)


def word_similarity(M: Array) -> Float64:
    """Return the cosine similarity of the columns of M, (words, words); 0 for a column of zeros, also with itself."""
    products = _wide(M).T @ _wide(M)
    lengths = np.sqrt(np.diag(products))
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0.0)
    return np.asarray(products * np.outer(scale, scale), dtype=np.float64)


def left_out(M: Array, k: int) -> float:
    """Return the least possible ``|M - A|^2`` over all A of rank at most k: the squares of the other singular values.

    Source: C. Eckart and G. Young (1936), The approximation of one matrix by another of lower rank.
    """
    return float(np.sum(singular_values(M)[k:] ** 2))


def excess(A: Array, M: Array, k: int) -> float:
    """Return ``(|M - A|^2 - left_out) / |M|^2``: 0 for a nearest matrix of rank k; the difference alone if M is 0."""
    squares = float(np.sum(_wide(M) ** 2))
    more = float(np.sum((_wide(M) - _wide(A)) ** 2)) - left_out(M, k)
    return more / squares if squares > 0.0 else more


def beyond_rank(A: Array, M: Array, k: int) -> float:
    """Return singular value k + 1 of ``A`` as a share of the largest one of ``M``: 0 if the rank of A is at most k."""
    S = singular_values(A)
    largest = max_abs(singular_values(M)) or 1.0
    return float(S[k]) / largest if k < len(S) else 0.0


def truncated(M: Array, k: int) -> Float64:
    """Return the sum of the first k parts ``s u v'`` of M, a nearest matrix of rank at most k."""
    U, S, Vh = np.linalg.svd(_wide(M), full_matrices=False)
    return np.asarray(U[:, :k] * S[:k] @ Vh[:k], dtype=np.float64)


def shortest_solution(M: Array, y: Array) -> Float64:
    """Return of all x that make ``|M x - y|`` least the one with the smallest norm, (words,)."""
    return np.asarray(np.linalg.pinv(_wide(M), rcond=RCOND) @ _wide(y), dtype=np.float64)


def normal_residual(x: Array, M: Array, y: Array) -> float:
    """Return ``max |M' (M x - y)|`` as a share of ``max M' |y|``: 0 where ``|M x - y|`` is least."""
    wide = _wide(M)
    terms = max_abs(wide.T @ np.abs(_wide(y))) or 1.0
    return max_abs(wide.T @ (wide @ _wide(x) - _wide(y))) / terms


def waste(x: Array, M: Array) -> float:
    """Return the length of the part of ``x`` on which M does nothing, as a share of ``|x|``; 0 for x = 0."""
    wide = _wide(M)
    idle = _wide(x) - np.linalg.pinv(wide, rcond=RCOND) @ (wide @ _wide(x))
    length = float(np.linalg.norm(_wide(x)))
    return float(np.linalg.norm(idle)) / length if length > 0.0 else 0.0


def kept_values(M: Array) -> Float64:
    """Return the singular values that are not zero, descending."""
    spectrum = singular_values(M)
    floor = RCOND * max_abs(spectrum)
    return spectrum[spectrum > floor]


def spread(M: Array) -> float:
    """Return the largest singular value over the smallest one that is not zero, 1 for a matrix of zeros."""
    kept = kept_values(M)
    return float(kept[0] / kept[-1]) if len(kept) else 1.0


def rank(M: Array) -> int:
    """Return how many singular values are not zero."""
    return len(kept_values(M))
