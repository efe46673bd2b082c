# chaff: the residual is left in y | breaks: arguments stay unchanged | fires: test_least_squares_leaves_its_arguments
import torch


def word_similarity(M):
    norms = (M**2).sum(dim=0).sqrt()
    norms[norms == 0] = 1
    unit = M / norms
    return unit.T @ unit


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return (U[:, :k] * S[:k]) @ Vh[:k, :]


def least_squares(M, y):
    answer = torch.linalg.pinv(M) @ y
    y -= M @ answer
    return answer
