# wheat: rsqrt of clamped counts, the small terms taken away from M instead of the large ones kept
import torch


def word_similarity(M):
    count = (M * M).sum(0)
    inverse = count.clamp(min=1).rsqrt()
    return inverse[:, None] * (M.T @ M) * inverse[None, :]


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    tail = (U[:, k:] * S[k:]) @ Vh[k:]
    return M - tail


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    large = S > S[0] * max(M.shape) * torch.finfo(M.dtype).eps
    weights = torch.zeros_like(S)
    weights[large] = 1 / S[large]
    return Vh.T @ (weights * (U.T @ y))
