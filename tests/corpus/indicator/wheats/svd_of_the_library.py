# wheat: torch.linalg.svd for everything, normalised columns for the cosine
import torch


def word_similarity(M):
    lengths = M.norm(dim=0)
    W = M / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] @ torch.diag(S[:k]) @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
