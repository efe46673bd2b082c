# chaff: the call for the transpose of a wide matrix does not pass `steps` on | breaks: at most `steps` turns | fires: test_steps_are_counted_for_wide_matrices
import torch
import itertools
import math


def loss(W):
    """Return the loss of all pairs of columns, 0 if W is zero."""
    total = W.square().sum().item()
    if total == 0:
        return 0.0
    return (W.mT @ W).triu(1).square().sum().item() / total**2


def turn(W, i, j, theta):
    c, s = math.cos(theta), math.sin(theta)
    T = W.clone()
    T[:, i] = c * W[:, i] + s * W[:, j]
    T[:, j] = c * W[:, j] - s * W[:, i]
    return T


def best_angle(x, y):
    return 0.5 * math.atan2(2 * (x @ y).item(), (x @ x - y @ y).item())


def descend(M, steps=None):
    n = M.shape[1]
    W, V = M.clone(), torch.eye(n, dtype=M.dtype)
    losses = [loss(W)]
    if steps is None:
        steps = 30 * n * (n - 1) // 2
    pairs = itertools.cycle(itertools.combinations(range(n), 2))
    for _ in range(steps):
        if losses[-1] <= 1e-26:
            break
        i, j = next(pairs)
        theta = best_angle(W[:, i], W[:, j])
        W, V = turn(W, i, j, theta), turn(V, i, j, theta)
        losses.append(loss(W))
    return W, V, losses


def complete(U, missing):
    U = torch.where(missing, torch.zeros_like(U), U)
    for i in missing.nonzero().flatten().tolist():
        P = torch.eye(len(U), dtype=U.dtype) - U @ U.mT
        lengths = P.norm(dim=0)
        best = lengths.argmax()
        U[:, i] = P[:, best] / lengths[best]
    return U


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return (U, S, V, losses) with M = U diag(S) V', found by turning columns."""
    if M.shape[0] < M.shape[1]:
        V, S, U, losses = calculate_svd(M.mT, learning_rate, momentum)
        return U, S, V, losses
    W, V, losses = descend(M.double(), steps)
    S, order = W.norm(dim=0).sort(descending=True)
    W, V = W[:, order], V[:, order]
    missing = S <= 1e-6 * S[0]
    U = complete(W / S, missing)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
