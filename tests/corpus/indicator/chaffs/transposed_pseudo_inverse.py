# chaff: pseudo-inverse of M' applied | breaks: x has one entry a word | fires: test_independent_words
import torch


def word_similarity(M):
    dots = M.T @ M
    lengths = torch.sqrt(torch.diag(dots))
    return torch.nan_to_num(dots / torch.outer(lengths, lengths))


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result = result + S[i] * torch.outer(U[:, i], Vh[i, :])
    return result


def least_squares(M, y):
    return torch.linalg.pinv(M.T) @ y
