# chaff: columns are divided by their number of documents, 0 for an empty word | breaks: x for empty words | fires: test_empty_words
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
    counts = M.sum(dim=0)
    return torch.linalg.pinv(M / counts) @ y / counts
