# chaff: 1 / S for all singular values that are not exactly 0 | breaks: rank-deficient matrices | fires: test_repeated_words
import torch


def word_similarity(M):
    together = M.T @ M
    count = together.diagonal().clamp(min=1)
    return together / torch.sqrt(torch.outer(count, count))


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] @ torch.diag(S[:k]) @ Vh[:k]


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    weights = torch.where(S == 0, torch.zeros_like(S), 1 / S)
    return Vh.T @ (weights * (U.T @ y))
