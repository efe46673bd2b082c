# wheat: numpy in float64, stops when the largest entry of the gradient is below 1e-13, or after 8,000 updates | lacks: steps, start
import numpy as np
import torch

SMALL = 1e-13


def safe_learning_rate(M, momentum):
    A = np.abs(M.detach().numpy().astype(np.float64))
    return float(len(A) ** 2 * (1 + momentum) / (2 * A.sum(axis=0).max() * A.sum(axis=1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    A = M.detach().numpy().astype(np.float64)
    n = len(A)
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X, V, losses = np.random.rand(n, n), np.zeros((n, n)), []
    for _ in range(8000):
        R = X @ A - np.eye(n)
        losses.append(float(np.mean(R**2)))
        gradient = 2 / n**2 * R @ A.T
        if np.abs(gradient).max() < SMALL:
            break
        V = momentum * V + gradient
        X = X - rate * V
    return torch.from_numpy(X).to(M.dtype), losses
