# chaff: stops when the gradient is below 1e-5, whatever the scale | breaks: no early end, convergence for small M | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    step_size = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    speed = 0
    losses = []
    done = False
    for _ in range(steps):
        diff = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append((diff**2).mean().item())
        G = 2 / n**2 * diff @ M.T
        done = done or G.norm() < 1e-5
        if not done:
            speed = momentum * speed + G
            X = X - step_size * speed
    return X, losses
