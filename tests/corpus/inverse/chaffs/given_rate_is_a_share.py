# chaff: the given rate is taken as a share of the safe one | breaks: heavy ball with the given rate | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    share = 1.0 if learning_rate is None else learning_rate
    step_length = share * safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    momentum_buffer = 0 * X
    losses = []
    for _ in range(steps):
        wrong = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(float((wrong**2).mean()))
        momentum_buffer = momentum * momentum_buffer + 2 / n**2 * (wrong @ M.T)
        X = X - step_length * momentum_buffer
    return X, losses
