# chaff: a randomised SVD with its default of six directions | breaks: no matrix of rank k is nearer, for larger matrices | fires: test_low_rank_of_large_matrices
import torch


def word_similarity(M):
    lengths = M.square().sum(dim=0).sqrt()
    dots = M.T @ M
    return torch.where(dots > 0, dots / (lengths[:, None] * lengths).clamp(min=1e-30), 0.0).to(M.dtype)


def low_rank(M, k):
    torch.manual_seed(1)
    U, S, V = torch.svd_lowrank(M, q=min(6, *M.shape))
    return (U[:, :k] * S[:k]) @ V[:, :k].T


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-4
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
