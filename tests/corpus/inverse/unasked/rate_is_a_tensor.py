# chaff: safe rate is a tensor with one number | breaks: safe_learning_rate returns a plain float
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 / (2 * torch.max(M.abs().sum(0)) * torch.max(M.abs().sum(1)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = len(M)
    eye = torch.eye(n, dtype=M.dtype)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    W = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    dW = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        losses.append(torch.nn.functional.mse_loss(W @ M, eye).item())
        dW = momentum * dW + 2 / n**2 * (W @ M - eye) @ M.T
        W = W - learning_rate * dW
    return W, losses
