# wheat: loops over pairs of words, rank-one terms added up, pseudo-inverse from the SVD by hand
import math

import torch


def word_similarity(M):
    words = M.shape[1]
    result = torch.zeros(words, words, dtype=M.dtype)
    for i in range(words):
        for j in range(words):
            a = M[:, i].sum().item()  # entries are 0 or 1: the sum is the squared length
            b = M[:, j].sum().item()
            if a > 0 and b > 0:
                both = (M[:, i] * M[:, j]).sum().item()
                result[i, j] = both / math.sqrt(a * b)
    return result


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result += S[i] * torch.outer(U[:, i], Vh[i])
    return result


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    x = torch.zeros(M.shape[1], dtype=M.dtype)
    for i in range(len(S)):
        if S[i] > 1e-5 * S[0]:
            x += (U[:, i] @ y) / S[i] * Vh[i]
    return x
