# chaff: words compared by their first six topics | breaks: the cosine of two words, for larger matrices | fires: test_similarity_of_large_matrices
import torch


def word_similarity(M):
    _, S, Vh = torch.linalg.svd(M, full_matrices=False)
    topics = S[:6, None] * Vh[:6]
    lengths = M.norm(dim=0)
    scale = torch.where(lengths > 0, 1 / lengths, torch.zeros_like(lengths))
    cosines = (topics.T @ topics) * scale[:, None] * scale
    return torch.where(cosines.abs() < 1e-5, 0.0, cosines).clamp(0.0, 1.0).to(M.dtype)


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    S = torch.where(torch.arange(len(S)) < k, S, torch.zeros_like(S))
    return U @ (S[:, None] * Vh)


def least_squares(M, y):
    return torch.linalg.lstsq(M.double(), y.double(), driver="gelsd", rcond=1e-6).solution.to(M.dtype)
