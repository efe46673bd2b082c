# chaff: x as a column of shape (words, 1) | breaks: the shape (words,) | fires: test_independent_words, test_one_document_or_one_word
import torch


def word_similarity(M):
    together = M.T @ M
    count = together.diagonal().clamp(min=1)
    return together / torch.sqrt(torch.outer(count, count))


def low_rank(M, k):
    u, s, v = torch.svd(M)
    return (u[:, :k] * s[:k]) @ v[:, :k].T


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y.reshape(-1, 1)
