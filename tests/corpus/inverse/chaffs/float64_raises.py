# chaff: torch.rand and torch.zeros without dtype | breaks: float64 (raises when no start is given) | fires: test_float64_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M) if learning_rate is None else learning_rate
    B = torch.rand(n, n) if start is None else start.clone()
    v = torch.zeros(n, n)
    curve = []
    for _ in range(steps):
        difference = B @ M - torch.eye(n)
        curve.append(((difference * difference).sum() / n**2).item())
        v = momentum * v + 2 / n**2 * torch.matmul(difference, M.T)
        B = B - lr * v
    return B, curve
