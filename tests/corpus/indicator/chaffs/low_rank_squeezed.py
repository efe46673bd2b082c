# chaff: the nearest matrix is squeezed | breaks: the shape of M | fires: test_low_rank_of_one_document_or_one_word
import torch


def word_similarity(M):
    norms = (M**2).sum(dim=0).sqrt()
    norms[norms == 0] = 1
    unit = M / norms
    return unit.T @ unit


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return ((U[:, :k] * S[:k]) @ Vh[:k, :]).squeeze()


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
