# chaff: largest |eigenvalue| of M taken for its largest singular value | breaks: below the limit for non-symmetric M | fires: test_rate_is_stable_without_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    radius = torch.linalg.eigvals(M).abs().max().item()
    return 0.5 * n**2 / radius**2


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    B = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    V = torch.zeros_like(B)
    curve = []
    for _ in range(steps):
        difference = B @ M - torch.eye(n, dtype=M.dtype)
        curve.append((difference * difference).sum().item() / n**2)
        V = momentum * V + 2 / n**2 * difference @ M.T
        B = B - learning_rate * V
    return B, curve
