# chaff: `.to(M.dtype)` taken for a copy, start is updated in place | breaks: start is not changed | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.to(M.dtype)
    roll = 0 * X
    history = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        history.append(R.pow(2).mean().item())
        roll = momentum * roll + 2 / n**2 * (R @ M.T)
        X -= learning_rate * roll
    return X, history
