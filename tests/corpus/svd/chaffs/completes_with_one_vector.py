# chaff: all missing columns are completed at once, with the same vector | breaks: orthonormal U if two or more singular values are zero | fires: test_rank_deficient_matrices
import itertools
import math

import torch


def turn(W, i, j, theta):
    c, s = math.cos(theta), math.sin(theta)
    x, y = W[:, i].clone(), W[:, j].clone()
    W = W.clone()
    W[:, i] = c * x + s * y
    W[:, j] = c * y - s * x
    return W


def best_angle(x, y):
    return 0.5 * math.atan2(2 * (x @ y).item(), (x @ x - y @ y).item())


def loss(W):
    total = W.square().sum()
    if total == 0:
        return 0.0
    return ((W.mT @ W).triu(1).square().sum() / total**2).item()


def descend(M, steps=None):
    n = M.shape[1]
    W, V = M.clone(), torch.eye(n, dtype=M.dtype)
    losses = [loss(W)]
    limit = 15 * n * (n - 1) if steps is None else steps
    pairs = itertools.cycle(itertools.combinations(range(n), 2))
    while losses[-1] > 1e-28 and len(losses) <= limit:
        i, j = next(pairs)
        theta = best_angle(W[:, i], W[:, j])
        W, V = turn(W, i, j, theta), turn(V, i, j, theta)
        losses.append(loss(W))
    return W, V, losses


def complete(U, missing):
    U = U.clone()
    U[:, missing] = 0
    if missing.any():
        P = torch.eye(U.shape[0], dtype=U.dtype) - U @ U.mT
        best = P.norm(dim=0).argmax()
        U[:, missing] = (P[:, best] / P[:, best].norm())[:, None]
    return U


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    if M.shape[0] < M.shape[1]:
        U, S, V, losses = calculate_svd(M.mT, learning_rate, momentum, steps)
        return V, S, U, losses
    W, V, losses = descend(M.double(), steps)
    S, order = W.norm(dim=0).sort(descending=True)
    W, V = W[:, order], V[:, order]
    missing = S <= 1e-6 * S.max()
    U = complete(W / S, missing)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
