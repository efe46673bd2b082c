# wheat: numpy for everything: normalised columns with np.divide(where=...), svd with a mask, and np.linalg.lstsq
import numpy as np
import torch


def word_similarity(M):
    table = M.detach().numpy().astype(float)
    lengths = np.sqrt((table**2).sum(axis=0))
    products = table.T @ table
    both = np.outer(lengths, lengths)
    cosines = np.divide(products, both, out=np.zeros_like(products), where=both > 0)
    return torch.from_numpy(cosines).to(M.dtype)


def low_rank(M, k):
    table = M.detach().numpy().astype(float)
    u, s, vt = np.linalg.svd(table, full_matrices=False)
    keep = np.arange(s.size) < k
    return torch.from_numpy(u @ np.diag(s * keep) @ vt).to(M.dtype)


def least_squares(M, y):
    table = M.detach().numpy().astype(float)
    values = y.detach().numpy().astype(float)
    x, *_ = np.linalg.lstsq(table, values, rcond=1e-6)
    return torch.from_numpy(x).to(M.dtype)
