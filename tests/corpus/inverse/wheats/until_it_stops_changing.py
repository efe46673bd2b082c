# wheat: goes on in rounds of 100 updates until a round changes the loss by less than one part in a million | lacks: steps, start
import torch


def safe_learning_rate(M, momentum):
    return len(M) ** 2 / (2 * M.abs().sum(dim=0).max() * M.abs().sum(dim=1).max()).item()


def one_round(M, X, V, learning_rate, momentum, losses):
    """A hundred updates: with momentum a single one may leave the loss as it is without having arrived."""
    n = len(M)
    identity = torch.eye(n, dtype=M.dtype)
    for _ in range(100):
        R = X @ M - identity
        losses.append((R * R).mean().item())
        V = momentum * V + 2 / n**2 * R @ M.mT
        X = X - learning_rate * V
    return X, V


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X, V, losses = torch.rand(M.shape, dtype=M.dtype), torch.zeros_like(M), []
    best = float("inf")
    for _ in range(100):
        X, V = one_round(M, X, V, learning_rate, momentum, losses)
        lowest = min(losses[-100:])
        if not lowest < best * (1 - 1e-6):
            break
        best = lowest
    return X, losses
