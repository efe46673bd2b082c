# chaff: losses are sums, not means (the steps are right) | breaks: losses[j] is the mean squared error | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * (M**2).sum().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eta = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    W = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    V = torch.zeros_like(W)
    losses = []
    for _ in range(steps):
        delta = W @ M - torch.eye(n, dtype=M.dtype)
        losses.append((delta**2).sum().item())
        V = momentum * V + 2 / n**2 * delta @ M.T
        W = W - eta * V
    return W, losses
