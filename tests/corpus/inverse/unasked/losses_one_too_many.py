# chaff: the final loss is appended too | breaks: a list of `steps` numbers
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()))


def loss(X, M):
    return torch.mean((X @ M - torch.eye(M.shape[0], dtype=M.dtype)) ** 2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    lr = safe_learning_rate(M) if learning_rate is None else learning_rate
    B = torch.rand_like(M) if start is None else start.clone()
    B.requires_grad_()
    curve = []
    for _ in range(steps):
        now = loss(B, M)
        curve.append(now.item())
        now.backward()
        with torch.no_grad():
            B -= lr * B.grad
            B.grad *= momentum
    curve.append(loss(B, M).item())
    return B.detach(), curve
