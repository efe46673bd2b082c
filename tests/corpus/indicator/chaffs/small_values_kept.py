# chaff: keeps the last k singular values | breaks: nearest matrix of rank k | fires: test_rank_one, test_every_rank
import torch


def word_similarity(M):
    lengths = M.norm(dim=0)
    W = M / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    r = len(S) - k
    return (U[:, r:] * S[r:]) @ Vh[r:]


def least_squares(M, y):
    plus = torch.linalg.pinv(M.double())
    return (plus @ y.double()).to(M.dtype)
