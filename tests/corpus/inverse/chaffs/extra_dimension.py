# chaff: keeps the batch dimension that it works with, (1, n, n) | breaks: X has the shape of M | fires: test_shape_and_dtype
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * M.abs().sum(-2).max().item() * M.abs().sum(-1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    B = M.unsqueeze(0)
    n = B.shape[-1]
    lr = safe_learning_rate(B, momentum) if learning_rate is None else learning_rate
    x = torch.rand(1, n, n, dtype=M.dtype) if start is None else start.clone().unsqueeze(0)
    v = 0
    losses = []
    for _ in range(steps):
        r = torch.bmm(x, B) - torch.eye(n, dtype=M.dtype)
        losses.append((r**2).mean().item())
        v = momentum * v + 2 / n**2 * torch.bmm(r, B.transpose(1, 2))
        x = x - lr * v
    return x, losses
