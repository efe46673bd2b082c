# wheat: numpy does the work, back to torch at the end
import numpy as np
import torch


def word_similarity(M):
    A = M.numpy().astype(np.float64)
    length = np.sqrt((A**2).sum(axis=0))
    length[length == 0] = np.inf
    A = A / length
    return torch.from_numpy(A.T @ A).to(M.dtype)


def low_rank(M, k):
    u, s, vt = np.linalg.svd(M.numpy().astype(np.float64), full_matrices=False)
    return torch.from_numpy((u[:, :k] * s[:k]) @ vt[:k, :]).to(M.dtype)


def least_squares(M, y):
    x, *_ = np.linalg.lstsq(M.numpy().astype(np.float64), y.numpy().astype(np.float64), rcond=1e-9)
    return torch.from_numpy(x).to(M.dtype)
