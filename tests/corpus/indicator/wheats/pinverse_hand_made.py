# wheat: a hand-made pseudo-inverse and an outer product of lengths; svd_lowrank avoided; many comments and a doctest
"""Documents and words.

>>> word_similarity(torch.tensor([[1.0, 1.0, 0.0]]))
tensor([[1., 1., 0.],
        [1., 1., 0.],
        [0., 0., 0.]])
"""
import torch


def safe_reciprocal(values, tolerance):
    """One over each value; 0 where the value is (nearly) zero."""
    big = values.abs() > tolerance
    return big / torch.where(big, values, torch.ones_like(values))


def word_similarity(M, tolerance=0.5):
    lengths = torch.linalg.vector_norm(M, dim=0)  # 0, 1, 1.41, ...
    inverse = safe_reciprocal(lengths, tolerance)  # 0 for words that occur nowhere
    return (M.T @ M) * torch.outer(inverse, inverse)


def decompose(M):
    # wide tables lie down first, as in the assignment before
    if M.shape[0] < M.shape[1]:
        V, S, Uh = torch.linalg.svd(M.T, full_matrices=False)
        return Uh.T, S, V
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U, S, Vh.T


def low_rank(M, k):
    U, S, V = decompose(M)
    keep = torch.arange(len(S)) < k  # a mask in place of a slice
    return (U * (S * keep)) @ V.T


def pseudo_inverse(M):
    U, S, V = decompose(M)
    return V @ torch.diag(safe_reciprocal(S, 1e-5 * max(M.shape))) @ U.T


def least_squares(M, y):
    return pseudo_inverse(M).mv(y)
