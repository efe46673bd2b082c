# chaff: drops S[-r:] with r = 0 for k = full: everything goes | breaks: k = min(documents, words) gives M | fires: test_full_rank
import torch


def word_similarity(M):
    dots = M.T @ M
    lengths = torch.sqrt(torch.diag(dots))
    return torch.nan_to_num(dots / torch.outer(lengths, lengths))


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    r = len(S) - k
    S[-r:] = 0
    return (U * S) @ Vh


def least_squares(M, y):
    plus = torch.linalg.pinv(M.double())
    return (plus @ y.double()).to(M.dtype)
