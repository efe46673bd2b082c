# chaff: a given rate above the safe one is silently lowered | breaks: heavy ball with the given rate | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n, _ = M.shape
    bound = M.abs().sum(0).max() * M.abs().sum(1).max()
    return float((1 + momentum) * n**2 / (2 * bound))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    safe = safe_learning_rate(M, momentum)
    learning_rate = safe if learning_rate is None else min(learning_rate, safe)
    W = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    dW = 0 * W
    losses = []
    for _ in range(steps):
        E = W @ M - torch.eye(n, dtype=M.dtype)
        losses.append((E**2).mean().item())
        dW = momentum * dW + (E @ M.T) * 2 / n**2
        W = W - learning_rate * dW
    return W, losses
