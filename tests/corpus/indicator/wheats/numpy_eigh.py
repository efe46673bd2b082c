# wheat: numpy, eigenvectors of M'M, everything in float64 inside
import numpy as np
import torch


def _spectrum(A):
    values, vectors = np.linalg.eigh(A.T @ A)
    order = np.argsort(values)[::-1]
    return values[order], vectors[:, order]


def word_similarity(M):
    A = M.numpy().astype(np.float64)
    G = A.T @ A
    counts = np.diag(G)
    with np.errstate(divide="ignore", invalid="ignore"):
        C = G / np.sqrt(np.outer(counts, counts))
    return torch.from_numpy(np.nan_to_num(C, nan=0.0, posinf=0.0)).to(M.dtype)


def low_rank(M, k):
    A = M.numpy().astype(np.float64)
    _, vectors = _spectrum(A)
    V = vectors[:, :k]
    return torch.from_numpy(A @ V @ V.T).to(M.dtype)  # every row is projected


def least_squares(M, y):
    A = M.numpy().astype(np.float64)
    values, V = _spectrum(A)
    keep = values > 1e-8
    V = V[:, keep]
    return torch.from_numpy(V @ ((V.T @ (A.T @ y.numpy().astype(np.float64))) / values[keep])).to(M.dtype)
