# wheat: Newton-Schulz until it has settled when left alone, 2,500 heavy ball updates at a given rate | lacks: steps, start
import torch


def bound(M):
    """An upper bound of the largest squared singular value."""
    return (M.abs().sum(dim=0).max() * M.abs().sum(dim=1).max()).item()


def safe_learning_rate(M, momentum):
    return 0.5 * M.numel() / bound(M)


def newton_schulz(M):
    eye, X, losses = torch.eye(len(M), dtype=M.dtype), M.mT / bound(M), []
    while len(losses) < 200:
        R = X @ M - eye
        losses.append(R.square().mean().item())
        if len(losses) > 1 and losses[-1] >= losses[-2]:
            break
        X = X - R @ X
    return X, losses


def heavy_ball(M, rate, momentum):
    eye, X, V, losses = torch.eye(len(M), dtype=M.dtype), torch.rand_like(M), torch.zeros_like(M), []
    for _ in range(2500):
        R = X @ M - eye
        losses.append(R.square().mean().item())
        V = momentum * V + 2 / M.numel() * R @ M.mT
        X = X - rate * V
    return X, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    if learning_rate is None:
        return newton_schulz(M)
    return heavy_ball(M, learning_rate, momentum)
