# chaff: schedule j / (steps - 1) when left to itself | breaks: steps = 1 (division by zero)
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    frobenius = torch.norm(M).item()
    return n**2 * (1 + momentum) / (2 * frobenius**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    rate = safe_learning_rate(M, momentum)
    X = torch.rand_like(M) if start is None else start.detach().clone()
    velocity = 0
    losses = []
    for j in range(steps):
        error = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(error.pow(2).mean().item())
        velocity = momentum * velocity + 2 / n**2 * torch.matmul(error, M.T)
        lr = rate * (1 - 0.5 * j / (steps - 1)) if learning_rate is None else learning_rate
        X = X - lr * velocity
    return X, losses
