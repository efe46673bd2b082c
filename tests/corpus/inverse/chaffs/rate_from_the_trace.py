# chaff: trace of M taken as a bound of its singular values | breaks: safe rate for every M (signs, zero diagonal) | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * torch.trace(M) ** 2))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    eta = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    W = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    move = torch.zeros_like(W)
    losses = []
    for _ in range(steps):
        diff = W @ M - eye
        losses.append(diff.pow(2).mean().item())
        move = momentum * move - eta * 2 / n**2 * (diff @ M.T)
        W = W + move
    return W, losses
