# chaff: the parts 0 to k are kept, but for k = 0 none | breaks: rank at most k | fires: test_rank_one, test_every_rank
import torch


def word_similarity(M):
    norms = (M**2).sum(dim=0).sqrt()
    norms[norms == 0] = 1
    unit = M / norms
    return unit.T @ unit


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    last = k + 1 if k else 0
    return (U[:, :last] * S[:last]) @ Vh[:last, :]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
