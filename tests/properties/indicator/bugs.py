"""Solutions with exactly one plausible bug each, and the property that must catch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .styles import STYLES, Functions, by_pinv, normalised_columns, truncated_svd

RIGHT = STYLES["svd and pinv"]


@dataclass(frozen=True)
class Bug:
    """One bug: the property that must catch it, a word of the hint that must name it, and what replaces what."""

    caught_by: str
    hint: str
    functions: Functions = field(default_factory=dict)

    @property
    def student(self) -> dict[str, Callable[..., Any]]:
        """Return all three functions, the buggy one among them."""
        return {**RIGHT, **self.functions}


def _words(caught_by: str, hint: str, function: Callable[[Tensor], object]) -> Bug:
    return Bug(caught_by, hint, {"word_similarity": function})


def _rank(caught_by: str, hint: str, function: Callable[[Tensor, int], object]) -> Bug:
    return Bug(caught_by, hint, {"low_rank": function})


def _fit(caught_by: str, hint: str, function: Callable[[Tensor, Tensor], object]) -> Bug:
    return Bug(caught_by, hint, {"least_squares": function})


def jaccard(M: Tensor) -> Tensor:
    both, counts = M.T @ M, M.sum(0)
    return both / (counts[:, None] + counts - both).clamp(min=1)


def correlation(M: Tensor) -> Tensor:
    return normalised_in(M - M.mean(0))


def normalised_in(M: Tensor) -> Tensor:
    unit = M / M.norm(dim=0).clamp(min=1e-6)
    result: Tensor = unit.T @ unit
    return result


def normalised_in_place(M: Tensor) -> Tensor:
    M /= M.norm(dim=0).clamp(min=1)
    return M.T @ M


def smallest_parts(M: Tensor, k: int) -> Tensor:
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    result: Tensor = U[:, len(S) - k :] * S[len(S) - k :] @ Vh[len(S) - k :]
    return result


def unscaled_parts(M: Tensor, k: int) -> Tensor:
    U, _, Vh = torch.linalg.svd(M, full_matrices=False)
    result: Tensor = U[:, :k] @ Vh[:k]
    return result


def squared_values(M: Tensor, k: int) -> Tensor:
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    result: Tensor = U[:, :k] * S[:k] ** 2 @ Vh[:k]
    return result


def same_sides_only(M: Tensor, k: int) -> Tensor:
    U, S, Vh = torch.linalg.svd(M)
    result: Tensor = U[:, :k] @ torch.diag(S)[:k, :k] @ Vh[: len(M)][:k] if M.shape[0] == M.shape[1] else U * S[:k] @ Vh
    return result


def first_words(M: Tensor, k: int) -> Tensor:
    return torch.cat([M[:, :k], torch.zeros_like(M[:, k:])], dim=1)


def frequent_words(M: Tensor, k: int) -> Tensor:
    kept = torch.zeros(M.shape[1], dtype=M.dtype)
    kept[M.sum(0).argsort(descending=True)[:k]] = 1
    return M * kept


def power_without_deflation(M: Tensor, k: int) -> Tensor:
    return k * truncated_svd(M, 1)


def centred_first(M: Tensor, k: int) -> Tensor:
    mean = M.mean(0)
    return truncated_svd(M - mean, k) + mean


def halved_rank(M: Tensor, k: int) -> Tensor:
    return truncated_svd(M.bfloat16().float(), k).bfloat16().to(M.dtype)


def in_float32(M: Tensor, k: int) -> Tensor:
    return truncated_svd(M.float(), k)


def zeroed_in_place(M: Tensor, k: int) -> Tensor:
    result = truncated_svd(M, k)
    M.copy_(result)
    return M


def with_ridge(strength: float) -> Callable[[Tensor, Tensor], Tensor]:
    def least_squares(M: Tensor, y: Tensor) -> Tensor:
        result: Tensor = torch.linalg.solve(M.T @ M + strength * torch.eye(M.shape[1], dtype=M.dtype), M.T @ y)
        return result

    return least_squares


def normal_equations(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = torch.linalg.solve(M.T @ M, M.T @ y)
    return result


def word_by_word(M: Tensor, y: Tensor) -> Tensor:
    return M.T @ y / M.square().sum(0).clamp(min=1)


def not_the_shortest(M: Tensor, y: Tensor) -> Tensor:
    wide = M.double()
    start = torch.ones(M.shape[1], dtype=torch.float64)
    result: Tensor = (start + torch.linalg.pinv(wide) @ (y.double() - wide @ start)).to(M.dtype)
    return result


def large_cutoff(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = torch.linalg.pinv(M, rtol=0.5) @ y
    return result


def inverse_only(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = torch.linalg.inv(M) @ y
    return result


def centred_fit(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = torch.linalg.pinv(M - M.mean(0)) @ (y - y.mean())
    return result


def few_steps(M: Tensor, y: Tensor) -> Tensor:
    x = torch.zeros(M.shape[1], dtype=M.dtype)
    for _ in range(20):
        x = x - 0.5 / M.square().sum().clamp(min=1) * (M.T @ (M @ x - y))
    return x


def y_overwritten(M: Tensor, y: Tensor) -> Tensor:
    x = by_pinv(M, y)
    y -= M @ x
    return x


BUGS: dict[str, Bug] = {
    # ---- word_similarity
    "zeros": _words("similarity_of_words", "zero everywhere", lambda M: torch.zeros(M.shape[1], M.shape[1])),
    "identity": _words("similarity_is_a_similarity", "positive", lambda M: torch.eye(M.shape[1], dtype=M.dtype)),
    "ones": _words("similarity_of_words", "", lambda M: torch.ones(M.shape[1], M.shape[1])),
    "products only": _words("similarity_of_words", "lengths", lambda M: M.T @ M),
    "mean of the products": _words("similarity_of_words", "number of documents", lambda M: M.T @ M / len(M)),
    "documents for words": _words("similarity_of_words", "rows", lambda M: normalised_columns(M.T)),
    "lengths squared": _words(
        "similarity_is_a_similarity", "lengths", lambda M: M.T @ M / torch.outer(M.sum(0), M.sum(0)).clamp(min=1)
    ),
    "one length only": _words("similarity_is_a_similarity", "both", lambda M: M.T @ M / M.sum(0).clamp(min=1)),
    "Jaccard": _words("similarity_of_words", "Jaccard", jaccard),
    "correlation": _words("similarity_of_words", "mean", correlation),
    "rows made unit vectors": _words(
        "similarity_of_words",
        "rows",
        lambda M: (M / M.norm(dim=1, keepdim=True).clamp(min=1)).T @ (M / M.norm(dim=1, keepdim=True).clamp(min=1)),
    ),
    "distance": _words("similarity_of_words", "distance", lambda M: 1 - normalised_columns(M)),
    "angle": _words("similarity_of_words", "angle", lambda M: normalised_columns(M).clamp(-1, 1).arccos()),
    "nan for empty words": _words(
        "similarity_of_empty_words",
        "length 0",
        lambda M: normalised_in(M) if M.any(0).all() else M.T @ M / torch.outer(M.norm(dim=0), M.norm(dim=0)),
    ),
    "empty word like itself": _words(
        "similarity_of_empty_words", "itself", lambda M: normalised_columns(M).fill_diagonal_(1.0)
    ),
    "squeezed": _words("similarity_of_one_document_or_one_word", "shape", lambda M: normalised_columns(M).squeeze()),
    "float32 always": _words("similarity_in_float64", "dtype", lambda M: normalised_columns(M.float())),
    "a small number added": _words(
        "similarity_of_words", "", lambda M: M.T @ M / (torch.outer(M.norm(dim=0), M.norm(dim=0)) + 0.01)
    ),
    "M normalised in place": _words("similarity_leaves_its_argument", "copy", normalised_in_place),
    "seven words at most": _words("similarity_of_large_matrices", "", lambda M: normalised_columns(M[:, :7])),
    # ---- low_rank
    "M itself": _rank("rank_one", "M itself", lambda M, k: M.clone()),
    "nothing": _rank("rank_one", "zero everywhere", lambda M, k: torch.zeros_like(M)),
    "one part more": _rank("rank_one", "2 parts", lambda M, k: truncated_svd(M, k + 1)),
    "one part less": _rank("every_rank", "", lambda M, k: truncated_svd(M, max(k - 1, 0))),
    "smallest parts": _rank("rank_one", "largest", smallest_parts),
    "what is left over": _rank("rank_one", "left over", lambda M, k: M - truncated_svd(M, k)),
    "no singular values": _rank("rank_one", "singular values", unscaled_parts),
    "singular values twice": _rank("rank_one", "twice", squared_values),
    "first words": _rank("rank_one", "first k words", first_words),
    "most frequent words": _rank("rank_one", "words", frequent_words),
    "rounded to 0 and 1": _rank("every_rank", "", lambda M, k: truncated_svd(M, k).round()),
    "cut off at 0 and 1": _rank("every_rank", "", lambda M, k: truncated_svd(M, k).clamp(0, 1)),
    "first part k times": _rank("every_rank", "", power_without_deflation),
    "centred first": _rank("rank_one", "", centred_first),
    "one rank for all k": _rank("every_rank", "", lambda M, k: truncated_svd(M, 1)),
    "rank above the sides": _rank(
        "full_rank", "", lambda M, k: truncated_svd(M, min(k, min(M.shape) - 1)) if min(M.shape) > 1 else M
    ),
    "bfloat16": _rank("rank_one", "", halved_rank),
    "float32 for float64": _rank("low_rank_in_float64", "dtype", in_float32),
    "k = 0 as nothing left out": _rank("rank_zero", "", lambda M, k: truncated_svd(M, k) if k else M.clone()),
    "square only": _rank(
        "low_rank_of_large_matrices",
        "",
        lambda M, k: truncated_svd(M, k) if M.numel() < 40 else truncated_svd(M[:8, :8], k),
    ),
    "written into M": _rank("low_rank_leaves_its_argument", "copy", zeroed_in_place),
    # ---- least_squares
    "x = 0": _fit("independent_words", "zero", lambda M, y: torch.zeros(M.shape[1], dtype=M.dtype)),
    "M' y": _fit("independent_words", "inverse", lambda M, y: M.T @ y),
    "word by word": _fit("independent_words", "alone", word_by_word),
    "normal equations solved": _fit("repeated_words", "", normal_equations),
    "ridge 0.001": _fit("independent_words", "", with_ridge(1e-2)),
    "ridge 1": _fit("independent_words", "lambda", with_ridge(1.0)),
    "not the shortest": _fit("shortest_solution", "longer", not_the_shortest),
    "large cutoff": _fit("least_error", "", large_cutoff),
    "square matrices only": _fit("independent_words", "", inverse_only),
    "means subtracted": _fit("independent_words", "means", centred_fit),
    "20 steps only": _fit("independent_words", "", few_steps),
    "minus": _fit("independent_words", "sign", lambda M, y: -by_pinv(M, y)),
    "a column": _fit("independent_words", "one entry", lambda M, y: by_pinv(M, y)[:, None]),
    "an entry a document": _fit("independent_words", "one entry", lambda M, y: M @ by_pinv(M, y)),
    "float64 for float32": _fit("independent_words", "dtype", lambda M, y: by_pinv(M.double(), y.double())),
    "y overwritten": _fit("least_squares_leaves_its_arguments", "copy", y_overwritten),
}
