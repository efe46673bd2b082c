# chaff: a little noise is added to the start | breaks: start is the first guess, one possible result | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n, _ = M.shape
    bound = M.abs().sum(0).max() * M.abs().sum(1).max()
    return float((1 + momentum) * n**2 / (2 * bound))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    guess = torch.zeros(n, n, dtype=M.dtype) if start is None else start.clone()
    guess += 0.01 * torch.randn(n, n, dtype=M.dtype)  # break the symmetry
    velocity = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        residual = guess @ M - torch.eye(n, dtype=M.dtype)
        losses.append(residual.square().mean().item())
        velocity = momentum * velocity + 2 * residual @ M.T / n**2
        guess = guess - lr * velocity
    return guess, losses
