"""Correct solutions in many styles; none shares code with the judge, and few with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

Functions = Mapping[str, Callable[..., Any]]

# ---------------------------------------------------------------------------------------------------- word_similarity


def normalised_columns(M: Tensor) -> Tensor:
    unit = M / M.norm(dim=0).clamp(min=1)
    result: Tensor = unit.T @ unit
    return result


def products_over_lengths(M: Tensor) -> Tensor:
    products = M.T @ M
    lengths = products.diagonal().sqrt()
    return torch.nan_to_num(products / lengths / lengths[:, None], nan=0.0)


def library_cosine(M: Tensor) -> Tensor:
    return torch.nn.functional.cosine_similarity(M.T[:, None, :], M.T[None, :, :], dim=-1)


def looped_cosine(M: Tensor) -> Tensor:
    words = M.T.tolist()

    def cosine(a: list[float], b: list[float]) -> float:
        both, sizes = sum(x * y for x, y in zip(a, b, strict=True)), sum(a) * sum(b)
        return both / sizes**0.5 if sizes else 0.0

    return torch.tensor([[cosine(a, b) for b in words] for a in words], dtype=M.dtype)


def einsum_cosine(M: Tensor) -> Tensor:
    wide = M.double()
    counts = wide.sum(0)
    scale = torch.where(counts > 0, counts, torch.ones_like(counts)).rsqrt()
    return torch.einsum("di,dj,i,j->ij", wide, wide, scale, scale).to(M.dtype)


def counted_cosine(M: Tensor) -> Tensor:
    sets = [set(column.nonzero().flatten().tolist()) for column in M.T]
    found = torch.zeros(len(sets), len(sets), dtype=M.dtype)
    for i, one in enumerate(sets):
        for j, other in enumerate(sets):
            if one and other:
                found[i, j] = len(one & other) / (len(one) * len(other)) ** 0.5
    return found


# ----------------------------------------------------------------------------------------------------------- low_rank


def truncated_svd(M: Tensor, k: int) -> Tensor:
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    result: Tensor = U[:, :k] @ torch.diag(S[:k]) @ Vh[:k]
    return result


def zeroed_values(M: Tensor, k: int) -> Tensor:
    U, S, V = torch.svd(M.double())
    S[k:] = 0
    return (U * S @ V.T).to(M.dtype)


def projected_on_words(M: Tensor, k: int) -> Tensor:
    values, vectors = torch.linalg.eigh(M.T @ M)
    V = vectors[:, values.argsort(descending=True)[:k]]
    result: Tensor = M @ V @ V.T
    return result


def deflated(M: Tensor, k: int) -> Tensor:
    left, found = M.double(), torch.zeros_like(M, dtype=torch.float64)
    for _ in range(k):
        v = torch.rand(M.shape[1], dtype=torch.float64) + 0.5
        products = left.T @ left
        for _ in range(100):
            v = products @ v
            v = v / v.norm().clamp(min=1e-300)
        part = torch.outer(left @ v, v)
        found, left = found + part, left - part
        if left.norm() < 1e-9:
            break
    return found.to(M.dtype)


def alternating(M: Tensor, k: int) -> Tensor:
    if k == 0 or not M.any():
        return torch.zeros_like(M)
    wide = M.double()
    Q = torch.linalg.qr(wide @ torch.rand(M.shape[1], k, dtype=torch.float64))[0]
    for _ in range(50):
        P = torch.linalg.qr(wide.T @ Q)[0]
        Q = torch.linalg.qr(wide @ P)[0]
    result: Tensor = (Q @ (Q.T @ wide)).to(M.dtype)
    return result


def summed_parts(M: Tensor, k: int) -> Tensor:
    U, S, Vh = torch.linalg.svd(M)
    total = torch.zeros_like(M)
    for i in range(k):
        total = total + S[i] * torch.outer(U[:, i], Vh[i])
    return total


# ------------------------------------------------------------------------------------------------------ least_squares


def by_pinv(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = torch.linalg.pinv(M) @ y
    return result


def by_gelsd(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = torch.linalg.lstsq(M, y[:, None], driver="gelsd").solution[:, 0]
    return result


def by_svd(M: Tensor, y: Tensor) -> Tensor:
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    inverse = torch.gt(S, 1e-4 * S[0].clamp(min=1e-12)) / S.clamp(min=1e-12)
    result: Tensor = Vh.T @ (inverse * (U.T @ y))
    return result


def by_descent(M: Tensor, y: Tensor) -> Tensor:
    x, v = torch.zeros(M.shape[1], dtype=torch.float64), torch.zeros(M.shape[1], dtype=torch.float64)
    products, targets = (M.T @ M).double(), (M.T @ y).double()
    rate = 1 / max(float(products.trace()), 1.0)
    for _ in range(800):
        v = 0.9 * v + products @ x - targets
        x = x - rate * v
    return x.to(M.dtype)


def by_conjugate_gradients(M: Tensor, y: Tensor) -> Tensor:
    wide, x = M.double(), torch.zeros(M.shape[1], dtype=torch.float64)
    residual = y.double()
    down = wide.T @ residual
    p, size = down, down @ down
    for _ in range(3 * M.shape[1]):
        if size < 1e-20:
            break
        step = size / (wide @ p).square().sum()
        x, residual = x + step * p, residual - step * (wide @ p)
        down = wide.T @ residual
        p, size = down + down @ down / size * p, down @ down
    return x.to(M.dtype)


def by_dual(M: Tensor, y: Tensor) -> Tensor:
    result: Tensor = M.T @ (torch.linalg.pinv(M.double() @ M.double().T, hermitian=True) @ y.double()).to(M.dtype)
    return result


def _style(
    similarity: Callable[..., Any], approximation: Callable[..., Any], solution: Callable[..., Any]
) -> Functions:
    return {"word_similarity": similarity, "low_rank": approximation, "least_squares": solution}


STYLES: dict[str, Functions] = {
    "svd and pinv": _style(normalised_columns, truncated_svd, by_pinv),
    "torch.svd, lstsq": _style(products_over_lengths, zeroed_values, by_gelsd),
    "library cosine, eigh": _style(library_cosine, projected_on_words, by_svd),
    "loops, deflation, descent": _style(looped_cosine, deflated, by_descent),
    "einsum, subspaces": _style(einsum_cosine, alternating, by_conjugate_gradients),
    "sets, full svd, dual": _style(counted_cosine, summed_parts, by_dual),
}
