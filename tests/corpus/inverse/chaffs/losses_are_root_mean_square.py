# chaff: square root of the mean squared error | breaks: losses are mean((X M - I)^2) | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    A = M.T @ M
    return float(M.shape[0] ** 2 / (2 * A.abs().sum(dim=0).max()))


def rmse(X, M):
    return ((X @ M - torch.eye(M.shape[0], dtype=M.dtype)) ** 2).mean().sqrt().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eta = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    W = torch.rand(M.shape, dtype=M.dtype) if start is None else 1.0 * start
    dW = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        losses.append(rmse(W, M))
        dW = momentum * dW + 2 / n**2 * (W @ M - torch.eye(n, dtype=M.dtype)) @ M.T
        W = W - eta * dW
    return W, losses
