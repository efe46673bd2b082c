# chaff: X.tolist() instead of a tensor | breaks: X is a tensor with the dtype of M | fires: test_shape_and_dtype
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    guess = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    velocity = 0
    losses = []
    for _ in range(steps):
        residual = guess @ M - torch.eye(n, dtype=M.dtype)
        losses.append(((residual * residual).sum() / n**2).item())
        velocity = momentum * velocity + 2 / n**2 * (residual @ M.T)
        guess = guess - learning_rate * velocity
    return guess.tolist(), losses
