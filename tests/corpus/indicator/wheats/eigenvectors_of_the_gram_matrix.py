# wheat: eigh of M'M in double precision, projections on its eigenvectors
import torch


def word_similarity(M):
    together = M.T @ M
    count = together.diagonal()
    norm = torch.sqrt(torch.outer(count, count))
    return torch.nan_to_num(together / norm, nan=0.0)


def low_rank(M, k):
    D = M.double()
    values, vectors = torch.linalg.eigh(D.T @ D)
    best = vectors[:, len(values) - k :]
    return (D @ best @ best.T).to(M.dtype)


def least_squares(M, y):
    D = M.double()
    values, vectors = torch.linalg.eigh(D.T @ D)
    keep = values > 1e-9 * max(values.max().item(), 1.0)
    Q = vectors[:, keep]
    x = Q @ ((Q.T @ (D.T @ y.double())) / values[keep])
    return x.to(M.dtype)
