# chaff: the nearest matrix is computed in float32 and stays so | breaks: the dtype of M | fires: test_low_rank_in_float64
import torch


def word_similarity(M):
    norms = (M**2).sum(dim=0).sqrt()
    norms[norms == 0] = 1
    unit = M / norms
    return unit.T @ unit


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M.float(), full_matrices=False)
    return (U[:, :k] * S[:k]) @ Vh[:k, :]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
