# wheat: RMSprop written by hand with a falling rate when left to itself
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n * n / (2 * (M**2).sum().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    auto = learning_rate is None
    size = (M**2).mean().sqrt() * n**0.5
    X = torch.zeros(n, n, dtype=M.dtype).uniform_(-1, 1) / size if start is None else start.clone()
    velocity = torch.zeros_like(X)
    square_average = torch.zeros_like(X)
    losses = []
    for t in range(steps):
        R = X @ M - I
        losses.append(R.pow(2).mean().item())
        G = 2 * R @ M.T / n**2
        if auto:
            square_average = 0.9 * square_average + 0.1 * (G / size) ** 2
            X = X - 0.1 * 0.992**t / size * (G / size) / (square_average.sqrt() + 1e-12)
        else:
            velocity = momentum * velocity + G
            X = X - learning_rate * velocity
    return X, losses
