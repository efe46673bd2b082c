"""The indicator matrix of documents and words: least squares through pinverse, approximation through svd."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg._pinverse import pinverse
from descent_linalg._svd import svd
from descent_linalg.checks import check_matrices
from descent_linalg.errors import OptionError, ShapeError
from descent_linalg.solution import Progress

TEXTS = (
    "The ball rolls down the hill and gathers speed.",
    "Momentum carries the ball across the flat valley.",
    "A heavy ball overshoots the valley and rolls back up the hill.",
    "Friction slows the ball until it rests in the valley.",
    "The baker kneads the dough and lets it rest.",
    "Warm dough rises slowly in the oven.",
    "The baker bakes bread and rolls in a hot oven.",
    "Fresh bread from the oven smells of warm yeast.",
    "The river carries cold water down the valley to the sea.",
    "Rain falls on the hill and the river rises.",
    "A boat drifts on the river until it meets the sea.",
    "The sea rests at night and the boat rolls on slow waves.",
    "A matrix turns vectors and stretches them.",
    "The inverse turns the vectors back and undoes the matrix.",
    "Steep directions of the matrix fall fast and flat directions fall slowly.",
    "Gradient descent rolls down the steep hill of the loss.",
)
"""A small collection of four subjects that share some words; more words than documents, as in life."""


@dataclass(frozen=True)
class Indicator:
    """Which words occur in which documents.

    Attributes:
        matrix: 1 where the document (row) holds the word (column), else 0; float64.
        words: The words, in alphabetical order.
    """

    matrix: Float[Tensor, "documents words"]
    words: tuple[str, ...]


def indicator_matrix(texts: Sequence[str] = TEXTS) -> Indicator:
    """Return the indicator of the words of ``texts``; case and punctuation are ignored."""
    documents = [set(re.findall(r"[a-z]+", text.lower())) for text in texts]
    words = tuple(sorted(set().union(*documents)))
    rows = [[float(word in document) for word in words] for document in documents]
    return Indicator(torch.tensor(rows, dtype=torch.float64).reshape(len(documents), len(words)), words)


def random_indicator(documents: int, words: int, *, p: float = 0.2, seed: int = 0) -> Float[Tensor, "documents words"]:
    """Return a matrix of independent ones with probability ``p``, else zeros; float64."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(documents, words, dtype=torch.float64, generator=generator) < p).double()


def least_squares(
    A: Float[Tensor, "m n"], b: Float[Tensor, "m r"], rcond: float | None = None, progress: Progress | None = None
) -> Float[Tensor, "n r"]:
    """Return the smallest of all x with the least ``|A x - b|``, through the pseudo-inverse."""
    check_matrices(b)
    if b.shape[-2] != A.shape[-2]:
        raise ShapeError("b.shape", tuple(b.shape), f"give one row for each of the {A.shape[-2]} rows of A")
    return pinverse(A, rcond, progress=progress).value @ b


def low_rank(A: Float[Tensor, "m n"], rank: int, progress: Progress | None = None) -> Float[Tensor, "m n"]:
    """Return the matrix of at most this rank that is nearest to ``A``, through the singular value decomposition.

    Source: C. Eckart and G. Young (1936).
    """
    if not 0 <= rank <= min(A.shape[-2:]):
        raise OptionError("rank", rank, f"give a number from 0 to {min(A.shape[-2:])}, the short side of A")
    U, S, Vh = svd(A, progress=progress).value
    return (U[..., :rank] * S[..., None, :rank]) @ Vh[..., :rank, :]


@dataclass(frozen=True)
class Comparison:
    """How far descent is from the direct answer on one matrix, relative to the size of the direct answer.

    Attributes:
        least_squares: Difference to `torch.linalg.lstsq` by its SVD driver, in the 2-norm.
        low_rank: Difference to the truncated `torch.linalg.svd`.
        approximation: ``|A - low_rank(A)|``, which the best approximation brings down to the next singular value.
        next_singular_value: That value, from `torch.linalg.svdvals`.
    """

    least_squares: float
    low_rank: float
    approximation: float
    next_singular_value: float


def compare(A: Float[Tensor, "m n"], b: Float[Tensor, "m r"], rank: int) -> Comparison:
    """Return how least squares and approximation by descent compare with the direct answers."""
    direct = torch.linalg.lstsq(A, b, driver="gelsd").solution
    ours = least_squares(A, b)
    U, S, Vh = torch.linalg.svd(A, full_matrices=False)
    best = (U[:, :rank] * S[:rank]) @ Vh[:rank]
    near = low_rank(A, rank)
    return Comparison(
        least_squares=_distance(ours, direct) / max(_size(direct), 1e-300),
        low_rank=_distance(near, best) / max(_size(best), 1e-300),
        approximation=_distance(A, near),
        next_singular_value=float(S[rank]) if rank < len(S) else 0.0,
    )


def _size(A: Tensor) -> float:
    return float(torch.linalg.matrix_norm(A, 2))


def _distance(A: Tensor, B: Tensor) -> float:
    return _size(A - B)
