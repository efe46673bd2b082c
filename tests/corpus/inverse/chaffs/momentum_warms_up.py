# chaff: momentum grows to its value over the first steps | breaks: heavy ball with the given momentum from step one | fires: test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    x = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    v = 0 * x
    losses = []
    for j in range(1, steps + 1):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(r.pow(2).mean().item())
        m = min(momentum, 1 - 1 / j)
        v = m * v + 2 / n**2 * r @ M.T
        x = x - lr * v
    return x, losses
