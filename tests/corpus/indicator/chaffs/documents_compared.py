# chaff: rows compared instead of columns | breaks: the similarity is of words | fires: test_similarity_of_words
import torch


def word_similarity(M):
    lengths = M.norm(dim=1, keepdim=True).clamp(min=1e-12)
    D = M / lengths
    return D @ D.T


def low_rank(M, k):
    u, s, v = torch.svd(M)
    return (u[:, :k] * s[:k]) @ v[:, :k].T


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-5 * S[0]
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
