# wheat: one decomposition of its own, made by turning pairs of columns, from which both low_rank and least_squares are read off
import math

import numpy as np
import torch


def decompose(M):
    """Return W = M V with columns at right angles (longest first), their lengths, and V."""
    rows, n = M.shape
    # The columns of W and V as rows of one array: what is turned in W is turned in V, too.
    both = np.hstack([M.detach().double().numpy().T, np.eye(n)])
    tiny = 1e-13 * (both[:, :rows] ** 2).sum()
    for _ in range(30):
        turned = False
        for i in range(n - 1):
            for j in range(i + 1, n):
                x, y = both[i, :rows], both[j, :rows]
                p = x @ y
                if abs(p) <= tiny:
                    continue
                turned = True
                theta = 0.5 * math.atan2(2 * p, x @ x - y @ y)
                c, s = math.cos(theta), math.sin(theta)
                both[i], both[j] = c * both[i] + s * both[j], c * both[j] - s * both[i]
        if not turned:
            break
    W, V = torch.from_numpy(both[:, :rows].T), torch.from_numpy(both[:, rows:].T)
    lengths, order = W.norm(dim=0).sort(descending=True)
    return W[:, order], lengths, V[:, order]


def low_rank(M, k):
    if M.shape[0] < M.shape[1]:
        return low_rank(M.T, k).T
    W, _, V = decompose(M)
    return (W[:, :k] @ V[:, :k].T).to(M.dtype)


def least_squares(M, y):
    b = y.detach().double()
    x = torch.zeros(M.shape[1], dtype=torch.float64)
    W, lengths, V = decompose(M)
    for w, length, v in zip(W.T, lengths, V.T):
        if length > 1e-6 * lengths[0]:
            x += (w @ b) / length**2 * v
    return x.to(M.dtype)


def word_similarity(M):
    n = M.shape[1]
    answer = torch.zeros(n, n, dtype=M.dtype)
    used = [w for w in range(n) if M[:, w].any()]
    for i in used:
        for j in used:
            a, b = M[:, i], M[:, j]
            answer[i, j] = (a @ b) / ((a @ a) * (b @ b)).sqrt()
    return answer
