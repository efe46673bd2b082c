# chaff: safe rate divides by the norm, not by its square | breaks: scaling of the rate (10 M), below the limit | fires: test_rate_follows_the_scale
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * M.norm()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    B = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    V = torch.zeros_like(B)
    curve = []
    for _ in range(steps):
        D = B @ M - torch.eye(n, dtype=M.dtype)
        curve.append(float((D * D).mean()))
        V = V * momentum + D @ M.T * 2 / n**2
        B = B - V * lr
    return B, curve
