# chaff: plain gradient descent, momentum not used | breaks: exactly heavy ball with the given momentum | fires: test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    x = torch.arange(1, n + 1, dtype=torch.float64)
    A = M.double()
    for _ in range(100):
        x = A.T @ (A @ x)
        x = x / x.norm()
    return 0.7 * n**2 / (A @ x).square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    X = torch.rand(M.shape, dtype=M.dtype) if start is None else 1.0 * start
    losses = []
    for _ in range(steps):
        R = X @ M - eye
        losses.append(R.square().mean().item())
        X = X - lr * 2 / n**2 * R @ M.T
    return X, losses
