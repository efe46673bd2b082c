# chaff: k + 1 singular values | breaks: rank at most k | fires: test_rank_one, test_every_rank
import torch


def word_similarity(M):
    lengths = M.norm(dim=0)
    W = M / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    k = k + 1
    return (U[:, :k] * S[:k]) @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
