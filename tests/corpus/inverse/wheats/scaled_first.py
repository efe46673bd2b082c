# wheat: M brought to size one first, undone at the end, a given rate converted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    largest = M.abs().max()
    A = M / largest
    return n**2 / (2 * A.abs().sum(0).max().item() * A.abs().sum(1).max().item() * largest.item() ** 2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    c = M.abs().max().item()
    A = M / c
    # X M = (c X) (M / c), and a step of lr for X is a step of lr * c^2 for c X
    rate = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate * c**2
    Y = torch.rand(n, n, dtype=M.dtype) if start is None else start * c
    velocity = torch.zeros_like(Y)
    eye = torch.eye(n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        difference = Y @ A - eye
        losses.append(difference.square().mean().item())
        velocity = momentum * velocity + 2 * difference @ A.T / n**2
        Y = Y - rate * velocity
    return Y / c, losses
