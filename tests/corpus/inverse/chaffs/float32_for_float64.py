# chaff: everything in float32, also the answer | breaks: X has the dtype of M | fires: test_float64_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    M = M.float()
    n = M.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    X = torch.rand(n, n) if start is None else start.clone().float()
    X.requires_grad_(True)
    losses = []
    for _ in range(steps):
        loss = ((X @ M - torch.eye(n)) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            X -= lr * X.grad
            X.grad *= momentum
    return X.detach(), losses
