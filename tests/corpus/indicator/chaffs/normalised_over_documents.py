# chaff: normalises rows, multiplies columns | breaks: cosine of the columns | fires: test_similarity_of_words
import torch


def word_similarity(M):
    D = torch.nn.functional.normalize(M, dim=1)
    return D.T @ D


def low_rank(M, k):
    u, s, v = torch.svd(M)
    return (u[:, :k] * s[:k]) @ v[:, :k].T


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
