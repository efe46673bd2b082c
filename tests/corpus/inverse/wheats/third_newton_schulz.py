# wheat: Newton-Schulz when left alone without a start, otherwise the heavy ball, all in float64 inside
import torch


def safe_learning_rate(M, momentum):
    B = M.detach().to(torch.float64)
    gram = B.mT @ B
    bound = gram.abs().sum(dim=0).max()
    return float(len(M) ** 2 / (2 * bound))


def newton_schulz(B, steps):
    n = len(B)
    eye = torch.eye(n, dtype=B.dtype)
    share = 0.5 + 0.5 * torch.rand(1).item()
    X = share * 2 / n**2 * safe_learning_rate(B, 0) * B.mT
    losses = []
    for _ in range(steps):
        R = eye - X @ B
        losses.append(R.square().mean().item())
        X = X + R @ X
    return X, losses


def heavy_ball(B, X, rate, momentum, steps):
    n = len(B)
    eye = torch.eye(n, dtype=B.dtype)
    v = torch.zeros_like(B)
    losses = []
    for _ in range(steps):
        R = X @ B - eye
        losses.append(R.square().mean().item())
        v = momentum * v + (2 / n**2) * (R @ B.mT)
        X = X - rate * v
    return X, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    B = M.detach().to(torch.float64)
    if learning_rate is None and start is None:
        X, losses = newton_schulz(B, steps)
        return X.to(M.dtype), losses
    if learning_rate is None:
        learning_rate, momentum = safe_learning_rate(M, 0.9), 0.9
    X = torch.rand_like(B) if start is None else start.detach().to(torch.float64).clone()
    X, losses = heavy_ball(B, X, learning_rate, momentum, steps)
    return X.to(M.dtype), losses
