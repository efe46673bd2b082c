"""What a wrong answer about a documents x words matrix looks like: the likely slip, in one or two sentences."""

from __future__ import annotations

import numpy as np

from steepest.answers import Array
from steepest.expect.gradients_hints import Slip, likely
from steepest.linalg import Float64
from steepest.linalg.indicator import beyond_rank, shortest_solution, truncated, word_similarity


def _wide(values: Array) -> Float64:
    return np.asarray(values, dtype=np.float64)


def _over(numerator: Array, denominator: Array) -> Float64:
    """Return the quotient entry by entry, 0 where the denominator is 0."""
    result = np.zeros(np.broadcast_shapes(numerator.shape, denominator.shape))
    return np.asarray(np.divide(numerator, denominator, out=result, where=denominator != 0.0), dtype=np.float64)


MOST_IN_EIGHT_BITS = 127
"""The largest number in int8: more documents than that cannot be counted in it."""


def hint_for_similarity(C: Array, M: Array) -> str:
    """Return what to try, given a wrong matrix of similarities."""
    wide, right = _wide(M), word_similarity(M)
    products, counts = wide.T @ wide, wide.sum(axis=0)
    either = counts[:, None] + counts[None, :] - products
    centred = wide - wide.mean(axis=0)
    slips: tuple[Slip, ...] = (
        (np.zeros_like(right), "It is zero everywhere: return what you computed."),
        (products, "These are the products M' M: divide each one by the lengths of its two columns."),
        (products / len(M), "This is M' M over the number of documents: divide by the lengths of the columns instead."),
        (_over(products, np.outer(counts, counts)), "The lengths are squared: the length of a column is sqrt(w' w)."),
        (_over(products, counts[None, :]), "Divided by the squared length of one word: divide by the lengths of both."),
        (_over(products, counts[:, None]), "Divided by the squared length of one word: divide by the lengths of both."),
        (_over(products, np.sqrt(counts)[None, :]), "Divided by the length of one word only: divide by both."),
        (_over(products, np.sqrt(counts)[:, None]), "Divided by the length of one word only: divide by both."),
        (_over(products, either), "This is the share of documents, both over either (Jaccard): cosine is asked for."),
        (word_similarity(centred), "The mean is subtracted first: that gives correlations, not cosine similarity."),
        (right + np.diag(counts == 0.0), "An empty word has similarity 0, with itself as well."),
        (1.0 - right, "This is 1 - similarity, a distance."),
        (np.arccos(np.clip(right, -1.0, 1.0)), "This is the angle: return its cosine."),
        *(
            [(word_similarity(wide.T), "These are similarities of documents: compare columns, not rows.")]
            if _square(M)
            else []
        ),
        (_unit_rows(wide), "The rows were made unit vectors: it is the columns that are words."),
    )
    otherwise = "For two columns a and b it is a'b / (|a| |b|). Compute it on paper for the first two words."
    if len(M) > MOST_IN_EIGHT_BITS:
        otherwise = "Count in float or int64: in int8 and uint8 numbers overflow, from 128 and from 256 documents on."
    return likely(C, right, slips, otherwise)


def _square(M: Array) -> bool:
    return len(set(M.shape)) == 1


def _unit_rows(wide: Float64) -> Float64:
    rows = _over(wide, np.linalg.norm(wide, axis=1, keepdims=True))
    return np.asarray(rows.T @ rows, dtype=np.float64)


def hint_for_low_rank(A: Array, M: Array, k: int) -> str:
    """Return what to try, given a matrix that is not the nearest of rank at most k."""
    wide = _wide(M)
    U, S, Vh = np.linalg.svd(wide, full_matrices=False)
    places = np.arange(M.shape[1])
    frequent = np.argsort(-wide.sum(axis=0), kind="stable")[:k]
    slips: tuple[Slip, ...] = (
        (np.zeros_like(wide), "It is zero everywhere: add up the first k parts."),
        (wide, "This is M itself: k plays no part in it."),
        (truncated(M, k + 1), f"These are {k + 1} parts instead of {k}."),
        (truncated(M, max(k - 1, 0)), f"These are only {k - 1} part{'s'[: k != 2]} instead of {k}."),
        (wide - truncated(M, k), "This is what is left over: return the part that is kept."),
        (
            U[:, len(S) - k :] * S[len(S) - k :] @ Vh[len(S) - k :],
            "These are the smallest singular values: keep the largest.",
        ),
        (U[:, :k] @ Vh[:k], "The singular values are missing: it is U_k diag(S_k) V_k'."),
        (U[:, :k] * S[:k] ** 2 @ Vh[:k], "The singular values come in twice."),
        *([(U[:, :k] * S[:k] @ Vh.T[:k], "V and V' are mixed up: torch.linalg.svd returns V'.")] if _square(M) else []),
        (wide * (places < k), "These are the first k words: keep the first k parts of the decomposition."),
        (wide * np.isin(places, frequent), "These are the k most frequent words: keep k parts of the decomposition."),
        (np.round(truncated(M, k)), "The entries are rounded: a nearest matrix has entries other than 0 and 1."),
        (np.clip(truncated(M, k), 0.0, 1.0), "The entries are cut off at 0 and 1: a nearest matrix may go beyond."),
    )
    rank_help = f"The rank is above {k}: keep k parts s u v', and change nothing afterwards."
    error_help = f"The rank is at most {k}, but another matrix of that rank is nearer to M: keep the {k} largest parts."
    return likely(A, truncated(M, k), slips, rank_help if beyond_rank(A, M, k) > 1e-3 else error_help)


def hint_for_solution(x: Array, M: Array, y: Array) -> str:
    """Return what to try, given an x that is not the solution of least squares."""
    wide, target, right = _wide(M), _wide(y), shortest_solution(M, y)
    lengths = (wide**2).sum(axis=0)
    centred, above = wide - wide.mean(axis=0), target - target.mean()
    slips: tuple[Slip, ...] = (
        (np.zeros_like(right), "x is zero: return what you computed."),
        (wide.T @ target, "This is M' y: it still has to be multiplied by the inverse of M' M, or use pinv(M) y."),
        (
            _over(wide.T @ target, lengths),
            "Each word is fitted alone, as if the others were not there: fit all at once.",
        ),
        (-right, "The sign is wrong: it is M x - y that is made small."),
        (shortest_solution(centred, above), "The means are subtracted first: fit M x to y as they are."),
        *(
            [(shortest_solution(wide.T, target), "M is transposed: it is M x that is compared with y.")]
            if _square(M)
            else []
        ),
        (
            np.linalg.solve(wide.T @ wide + np.eye(len(lengths)), wide.T @ target),
            "A term lambda |x|^2 is left in: leave it out.",
        ),
    )
    otherwise = (
        "At the least error M' (M x - y) = 0. Compute this for the matrix shown; x = pinv(M) y makes it zero, also "
        "where M' M has no inverse."
    )
    return likely(x, right, slips, otherwise)
