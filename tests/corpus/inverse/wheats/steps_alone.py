# wheat: Nesterov with a rate of its own; nothing can be chosen but the number of steps | lacks: learning_rate, momentum, start
import torch


def safe_learning_rate(M, momentum):
    n = len(M)
    return n**2 / (2 * M.abs().sum(dim=0).max() * M.abs().sum(dim=1).max()).item()


def calculate_inverse(M, steps=2000):
    n = len(M)
    lr = safe_learning_rate(M, 0.9)
    eye = torch.eye(n, dtype=M.dtype)
    X = torch.zeros_like(M)
    before = X
    losses = []
    for _ in range(steps):
        losses.append((X @ M - eye).square().mean().item())
        ahead = X + 0.9 * (X - before)
        before = X
        X = ahead - lr * 2 / n**2 * (ahead @ M - eye) @ M.mT
    return X, losses
