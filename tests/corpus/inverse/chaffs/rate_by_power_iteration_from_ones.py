# chaff: power iteration for s_max starts at (1, ..., 1), which may be orthogonal to the top singular vector | breaks: rate below the stability limit for every M | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum):
    """Estimate s_max^2 by the power method on M'M and stay below the limit by a factor of 0.7."""
    n = M.shape[0]
    A = M.detach().double()
    v = torch.ones(n, dtype=A.dtype) / n**0.5
    for _ in range(100):
        w = A.T @ (A @ v)
        v = w / w.norm()
    square = (A @ v).square().sum().item()
    return 0.7 * n**2 / square


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Return (X, losses): the inverse of M by descent, and the loss before each update."""
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.to(M.dtype).clone()
    velocity = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        R = X @ M - eye
        losses.append((R**2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * (R @ M.T)
        X = X - learning_rate * velocity
    return X, losses
