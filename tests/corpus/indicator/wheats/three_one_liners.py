# wheat: the short way with torch.linalg
import torch


def word_similarity(M):
    lengths = M.norm(dim=0).clamp(min=1)
    unit = M / lengths
    return unit.T @ unit


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] * S[:k] @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
