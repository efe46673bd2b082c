# wheat: torch.func.grad_and_value, Nesterov momentum when left to itself
import torch
from torch.func import grad_and_value


def objective(X, M):
    return torch.mean((X @ M - torch.eye(M.shape[-1], dtype=M.dtype)) ** 2)


def safe_learning_rate(M, momentum=0.9):
    # ||M'M||_F is never below the largest eigenvalue of M'M
    return M.shape[0] ** 2 / (2.0 * float((M.T @ M).square().sum().sqrt()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    slope_and_loss = grad_and_value(objective)
    X = torch.rand(M.shape, dtype=M.dtype) if start is None else start.clone()
    V = torch.zeros_like(X)
    losses = []

    nesterov = learning_rate is None
    lr = safe_learning_rate(M, momentum) if nesterov else learning_rate
    for _ in range(steps):
        slope, value = slope_and_loss(X, M)
        losses.append(value.item())
        V = momentum * V + slope
        X = X - lr * (slope + momentum * V if nesterov else V)
    return X, losses
