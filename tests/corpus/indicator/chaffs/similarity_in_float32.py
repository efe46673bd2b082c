# chaff: similarities come back in float32 whatever M is | breaks: the dtype of M | fires: test_similarity_in_float64
import torch


def word_similarity(M):
    unit = torch.nn.functional.normalize(M.float(), dim=0)
    return unit.T @ unit


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return (U[:, :k] * S[:k]) @ Vh[:k, :]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
