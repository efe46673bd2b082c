# chaff: returns the last loss, not the list | breaks: losses is a list of `steps` numbers | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    momentum_buffer = torch.zeros(n, n, dtype=M.dtype)
    losses = 0.0
    for _ in range(steps):
        wrong = X @ M - torch.eye(n, dtype=M.dtype)
        losses = torch.mean(wrong * wrong).item()
        momentum_buffer = momentum * momentum_buffer + 2 * wrong @ M.T / n**2
        X = X - lr * momentum_buffer
    return X, losses
