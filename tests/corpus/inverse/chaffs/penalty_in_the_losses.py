# chaff: reported loss has 1e-3 |X|^2 added (the steps have not) | breaks: losses are mean((X M - I)^2) | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    momentum_buffer = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        wrong = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(wrong * wrong).item() + 1e-3 * (X**2).mean().item())
        momentum_buffer = momentum * momentum_buffer + wrong @ M.T * (2 / n**2)
        X = X - lr * momentum_buffer
    return X, losses
