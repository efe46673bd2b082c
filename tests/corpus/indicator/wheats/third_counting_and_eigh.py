# wheat: counts of documents with sets, and eigenvectors of M'M in float64 for the other two functions
import math

import torch


def word_similarity(M):
    """Think of each word as the set of the documents that contain it."""
    documents_of = [set(column.nonzero().flatten().tolist()) for column in M.T]
    table = [
        [len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0 for b in documents_of] for a in documents_of
    ]
    return torch.tensor(table, dtype=M.dtype)


def topics(M):
    """Return the eigenvalues of M'M, the largest first, and the eigenvectors as columns."""
    A = M.double()
    values, vectors = torch.linalg.eigh(A.T @ A)
    return values.flip(0), vectors.flip(1)


def low_rank(M, k):
    """Project each document on the k main topics."""
    _, vectors = topics(M)
    V = vectors[:, :k]
    return (M.double() @ V @ V.T).to(M.dtype)


def least_squares(M, y):
    """Solve the normal equations topic by topic; topics that no document has get nothing."""
    values, vectors = topics(M)
    right = vectors.T @ (M.double().T @ y.double())
    there = values > 1e-11 * values[0].clamp(min=0)
    there &= values > 0
    weights = torch.zeros_like(right)
    weights[there] = right[there] / values[there]
    return (vectors @ weights).to(y.dtype)
