# chaff: gradient divided by n instead of n^2 | breaks: exactly heavy ball on the mean squared error | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    rate = learning_rate
    if rate is None:
        rate = safe_learning_rate(M, momentum) / n
    x = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros_like(x)
    losses = []
    for _ in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(r.square().mean().item())
        G = 2 / n * r @ M.T
        V = momentum * V + G
        x = x - rate * V
    return x, losses
