# chaff: M scaled to size one, the given rate left as it is | breaks: heavy ball with the given rate | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    size = M.abs().max().item()
    A = M / size
    rate = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate
    Y = torch.rand(n, n, dtype=M.dtype) if start is None else start * size
    V = torch.zeros_like(Y)
    losses = []
    for _ in range(steps):
        D = Y @ A - torch.eye(n, dtype=M.dtype)
        losses.append(D.square().mean().item())
        V = momentum * V + 2 / n**2 * D @ A.T
        Y = Y - rate * V
    return Y / size, losses
