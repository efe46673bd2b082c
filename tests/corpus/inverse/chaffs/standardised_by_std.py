# chaff: M divided by its standard deviation first, nan for n = 1 or equal entries | breaks: every n | fires: test_one_by_one_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    scale = (M.double() - M.double().mean()).square().sum().item() ** 0.5 / (n * n - 1) ** 0.5
    A = M / scale
    rate = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate * scale**2
    Y = torch.rand(n, n, dtype=M.dtype) if start is None else start * scale
    dW = torch.zeros_like(Y)
    losses = []
    for _ in range(steps):
        delta = Y @ A - torch.eye(n, dtype=M.dtype)
        losses.append(((delta * delta).sum() / n**2).item())
        dW = momentum * dW + 2 / n**2 * delta @ A.T
        Y = Y - rate * dW
    return Y / scale, losses
