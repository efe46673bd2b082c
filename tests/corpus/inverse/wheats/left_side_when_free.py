# wheat: descends on M X - I when left to itself, still reports the loss of X M - I
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    norm1 = M.abs().sum(dim=0).max().item()
    norminf = M.abs().sum(dim=1).max().item()
    return 0.5 * n**2 / (norm1 * norminf)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        losses.append(((X @ M - eye) ** 2).mean().item())
        if learning_rate is None:
            grad = 2 / n**2 * M.T @ (M @ X - eye)
            rate = safe_learning_rate(M, momentum)
        else:
            grad = 2 / n**2 * (X @ M - eye) @ M.T
            rate = learning_rate
        velocity = momentum * velocity + grad
        X = X - rate * velocity
    return X, losses
