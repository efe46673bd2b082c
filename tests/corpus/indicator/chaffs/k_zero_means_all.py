# chaff: S[:-0] trap: k = 0 keeps everything (k from the end) | breaks: k = 0 gives the zero matrix | fires: test_rank_zero
import torch


def word_similarity(M):
    together = M.T @ M
    count = together.diagonal().clamp(min=1)
    return together / torch.sqrt(torch.outer(count, count))


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    drop = len(S) - k
    S = S.clone()
    if 0 < drop < len(S):
        S[-drop:] = 0
    return (U * S) @ Vh


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
