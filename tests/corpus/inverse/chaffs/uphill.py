# chaff: sign of the gradient wrong, I - X M | breaks: the loss goes down | fires: test_one_update, test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    B = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    v = 0
    curve = []
    for _ in range(steps):
        difference = torch.eye(n, dtype=M.dtype) - B @ M
        curve.append((difference**2).mean().item())
        v = momentum * v + 2 / n**2 * difference @ M.T
        B = B - lr * v
    return B, curve
