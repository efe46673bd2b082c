# chaff: steps on X M - I, losses of M X - I | breaks: losses[j] is mean((X M - I)^2) | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    # the sum of all squares is never below s_max^2
    return 0.5 * M.numel() / M.square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        losses.append((M @ X - eye).square().mean().item())
        v = momentum * v + 2 / n**2 * (X @ M - eye) @ M.T
        X = X - lr * v
    return X, losses
