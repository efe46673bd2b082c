# chaff: empty documents are taken out of M, and not out of y | breaks: x for a matrix with empty documents | fires: test_empty_words
import torch


def word_similarity(M):
    unit = torch.nn.functional.normalize(M, dim=0)
    return (unit.T @ unit).clamp(max=1.0)


def low_rank(M, k):
    rest, total = M.clone(), torch.zeros_like(M)
    U, S, Vh = torch.linalg.svd(rest, full_matrices=False)
    for u, s, v in list(zip(U.T, S, Vh))[:k]:
        total += s * torch.outer(u, v)
    return total


def least_squares(M, y):
    M = M[M.sum(dim=1) > 0]
    if not len(M):
        return torch.zeros(M.shape[1], dtype=M.dtype)
    return torch.linalg.pinv(M, rcond=1e-5) @ y
