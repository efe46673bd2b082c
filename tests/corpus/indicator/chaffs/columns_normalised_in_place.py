# chaff: the columns of M are divided in place | breaks: arguments stay unchanged | fires: test_similarity_leaves_its_argument
import torch


def word_similarity(M):
    norms = M.norm(dim=0)
    norms[norms == 0] = 1
    M /= norms
    return M.T @ M


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return (U[:, :k] * S[:k]) @ Vh[:k, :]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
