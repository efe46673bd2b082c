# wheat: the notebook's own method, turning pairs of columns, with the small helper functions of sections 4 to 8
import itertools
import math

import torch


def turn(W, i, j, theta):
    """Return a copy of W with the columns i and j turned by theta."""
    c, s = math.cos(theta), math.sin(theta)
    turned = W.clone()
    turned[:, i] = c * W[:, i] + s * W[:, j]
    turned[:, j] = c * W[:, j] - s * W[:, i]
    return turned


def best_angle(x, y):
    """Return the angle after which x and y are at a right angle and x is the longer one."""
    return 0.5 * math.atan2(2 * (x @ y).item(), (x @ x - y @ y).item())


def loss(W):
    """Return the loss of all pairs of columns; 0 if W is zero."""
    size = W.square().sum().item() ** 2
    if size == 0:
        return 0.0
    return (W.mT @ W).triu(1).square().sum().item() / size


def descend(M, steps=None):
    """Turn columns until all of them are at right angles, or `steps` times at most."""
    n = M.shape[1]
    W, V = M.clone(), torch.eye(n, dtype=M.dtype)
    losses = [loss(W)]
    if steps is None:
        steps = 30 * n * (n - 1) // 2
    pairs = itertools.cycle(itertools.combinations(range(n), 2))
    while losses[-1] > 1e-30 and len(losses) <= steps:
        i, j = next(pairs)
        theta = best_angle(W[:, i], W[:, j])
        W = turn(W, i, j, theta)
        V = turn(V, i, j, theta)
        losses.append(loss(W))
    return W, V, losses


def complete(U, missing):
    """Replace the columns of U that are missing by unit vectors orthogonal to all others."""
    U = U.clone()
    U[:, missing] = 0
    for j in missing.nonzero().flatten().tolist():
        P = torch.eye(U.shape[0], dtype=U.dtype) - U @ U.mT
        lengths = P.norm(dim=0)
        best = lengths.argmax()
        U[:, j] = P[:, best] / lengths[best]
    return U


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return (U, S, V, losses) with M = U diag(S) V'."""
    m, n = M.shape
    if m < n:
        V, S, U, losses = calculate_svd(M.mT, learning_rate, momentum, steps)
        return U, S, V, losses
    W, V, losses = descend(M.double(), steps)
    S, order = W.norm(dim=0).sort(descending=True)
    W, V = W[:, order], V[:, order]
    missing = S <= 1e-6 * S[0]
    U = complete(W / S, missing)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
