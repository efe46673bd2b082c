# chaff: velocity set to 0 whenever the loss rises | breaks: exactly heavy ball | fires: test_losses_with_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (M.norm() ** 2 * 2)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    target = torch.eye(n, dtype=M.dtype)
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    speed = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        error = X @ M - target
        losses.append((error**2).mean().item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            speed = torch.zeros_like(X)
        speed = momentum * speed + 2 / n**2 * (error @ M.T)
        X = X - rate * speed
    return X, losses
