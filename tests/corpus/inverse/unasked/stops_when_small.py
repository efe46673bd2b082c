# chaff: stops as soon as the loss is below 1e-10 | breaks: exactly `steps` updates and losses, no early end
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    eta = learning_rate
    if eta is None:
        eta = safe_learning_rate(M, momentum)
    W = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    dW = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        delta = W @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(delta * delta).item())
        if losses[-1] < 1e-10:
            break
        dW = momentum * dW + 2 / n**2 * delta @ M.T
        W = W - eta * dW
    return W, losses
