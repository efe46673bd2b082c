# chaff: exponential average of the losses, for a nicer chart | breaks: losses[j] is the loss before update j | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    velocity = torch.zeros(n, n, dtype=M.dtype)
    smooth = None
    losses = []
    for _ in range(steps):
        error = X @ M - torch.eye(n, dtype=M.dtype)
        now = (error**2).mean().item()
        smooth = now if smooth is None else 0.8 * smooth + 0.2 * now
        losses.append(smooth)
        velocity = momentum * velocity + 2 * error @ M.T / n**2
        X = X - lr * velocity
    return X, losses
