# chaff: entries of X kept within -100 and 100 against nan | breaks: small M, whose inverse is large | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    A = M.T @ M
    return float(M.shape[0] ** 2 / (2 * A.abs().sum(dim=0).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    alpha = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        diff = X @ M - eye
        losses.append((diff**2).mean().item())
        V = momentum * V + 2 / n**2 * diff @ M.T
        X = torch.clamp(X - alpha * V, -100, 100)
    return X, losses
