# wheat: the gradient formula with a velocity, in the dtype of M, rate from column sums times row sums
import torch


def safe_learning_rate(M, momentum):
    """Return a learning rate, a float, at which the descent for M is stable, whatever its singular values are."""
    size = M.detach().double().abs()
    columns = size.sum(dim=0).max().item()
    rows = size.sum(dim=1).max().item()
    return len(M) ** 2 / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Return (X, losses): the inverse of M by descent on mean((X M - I)^2), and the loss before each update."""
    n = M.shape[0]
    if learning_rate is None:
        momentum = 0.9  # left to myself, I always roll with the same ball
        learning_rate = safe_learning_rate(M, momentum)
    if start is None:
        X = torch.rand(n, n, dtype=M.dtype)
    else:
        X = start.to(M.dtype).clone()
    eye = torch.eye(n, dtype=M.dtype)
    velocity = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        R = X @ M - eye
        losses.append((R**2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * R @ M.T
        X = X - learning_rate * velocity
    return X, losses
