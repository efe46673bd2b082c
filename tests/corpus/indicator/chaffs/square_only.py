# chaff: full matrices and a square diagonal: fails unless documents = words | breaks: wide and tall matrices | fires: test_every_rank
import torch


def word_similarity(M):
    lengths = M.norm(dim=0)
    W = M / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    S = S.clone()
    S[k:] = 0
    return U @ torch.diag(S) @ Vh


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-5 * S[0]
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
