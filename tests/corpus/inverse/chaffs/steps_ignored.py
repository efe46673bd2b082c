# chaff: always 2000 steps | breaks: `steps` updates and losses | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n, _ = M.shape
    bound = M.abs().sum(0).max() * M.abs().sum(1).max()
    return float((1 + momentum) * n**2 / (2 * bound))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eta = learning_rate
    if eta is None:
        eta = safe_learning_rate(M, momentum)
    W = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    dW = 0 * W
    losses = []
    for _ in range(2000):
        delta = W @ M - torch.eye(n, dtype=M.dtype)
        losses.append(delta.pow(2).mean().item())
        dW = momentum * dW + 2 / n**2 * (delta @ M.T)
        W = W - eta * dW
    return W, losses
