# chaff: loss recorded every tenth step only | breaks: a list of `steps` numbers | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    v = 0 * X
    losses = []
    for step in range(steps):
        gap = X @ M - torch.eye(n, dtype=M.dtype)
        if step % 10 == 0:
            losses.append(((gap * gap).sum() / n**2).item())
        v = momentum * v + gap @ M.T * (2 / n**2)
        X = X - learning_rate * v
    return X, losses
