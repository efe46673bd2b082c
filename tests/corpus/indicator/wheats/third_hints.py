# wheat: the hints of the notebook, a clamp, a thin svd and a pseudo-inverse
import torch


def word_similarity(M):
    unit = M / M.norm(dim=0).clamp(min=1)
    return unit.T @ unit


def low_rank(M, k):
    U, s, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] * s[:k] @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
