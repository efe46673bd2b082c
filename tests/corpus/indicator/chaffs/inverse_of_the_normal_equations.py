# chaff: inverse of M'M: fails for repeated or empty words | breaks: rank-deficient matrices | fires: test_repeated_words
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
    return torch.linalg.inv(M.T @ M) @ (M.T @ y)
