# chaff: returns the guess with the smallest loss on the way | breaks: X is the guess after the last update | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    A = M.T @ M
    return float(M.shape[0] ** 2 / (2 * A.abs().sum(dim=0).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    eta = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    W = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    best, lowest = W, ((W @ M - I) ** 2).mean().item()
    dW = torch.zeros_like(W)
    losses = []
    for _ in range(steps):
        losses.append(((W @ M - I) ** 2).mean().item())
        dW = momentum * dW + 2 / n**2 * (W @ M - I) @ M.T
        W = W - eta * dW
        now = ((W @ M - I) ** 2).mean().item()
        if now < lowest:
            best, lowest = W, now
    return best, losses
