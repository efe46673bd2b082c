# chaff: safe rate times (1 - momentum)^2 | breaks: rate not absurdly small for every momentum up to 1 | fires: test_rate_is_useful
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    bound = M.abs().sum(0).max() * M.abs().sum(1).max()
    return ((1 - momentum) ** 2 * n**2 / (2 * bound)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    W = torch.rand_like(M) if start is None else start.detach().clone()
    V = torch.zeros_like(W)
    losses = []
    for _ in range(steps):
        delta = W @ M - torch.eye(n, dtype=M.dtype)
        losses.append(delta.square().mean().item())
        V = momentum * V + 2 / n**2 * delta @ M.T
        W = W - learning_rate * V
    return W, losses
