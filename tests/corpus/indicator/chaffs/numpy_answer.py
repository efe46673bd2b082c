# chaff: float64 from numpy whatever came in | breaks: answers keep the dtype | fires: test_independent_words
import torch


def word_similarity(M):
    lengths = M.norm(dim=0)
    W = M / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result = result + S[i] * torch.outer(U[:, i], Vh[i, :])
    return result


def least_squares(M, y):
    import numpy as np

    x = np.linalg.pinv(M.numpy().astype(np.float64)) @ y.numpy().astype(np.float64)
    return torch.from_numpy(x)
