# chaff: numel() squared, n^4 instead of n^2 | breaks: safe rate below the stability limit for n > 1 | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.numel()
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    target = torch.eye(M.shape[0], dtype=M.dtype)
    eta = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    W = torch.rand_like(target) if start is None else start.clone()
    dW = torch.zeros_like(target)
    losses = []
    for _ in range(steps):
        delta = W @ M - target
        losses.append(torch.mean(delta * delta).item())
        dW = momentum * dW + 2 * delta @ M.T / delta.numel()
        W = W - eta * dW
    return W, losses
