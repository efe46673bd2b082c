# chaff: M itself is deflated | breaks: arguments stay unchanged | fires: test_low_rank_leaves_its_argument
import torch


def word_similarity(M):
    norms = (M**2).sum(dim=0).sqrt()
    norms[norms == 0] = 1
    unit = M / norms
    return unit.T @ unit


def low_rank(M, k):
    found = torch.zeros_like(M)
    for _ in range(k):
        U, S, Vh = torch.linalg.svd(M, full_matrices=False)
        part = S[0] * torch.outer(U[:, 0], Vh[0])
        found += part
        M -= part
    return found


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
