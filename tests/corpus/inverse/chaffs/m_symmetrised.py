# chaff: M replaced by (M + M') / 2 | breaks: right for non-symmetric M | fires: test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    M = (M + M.T) / 2
    n = M.shape[0]
    lr = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    roll = 0
    history = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        history.append(R.pow(2).mean().item())
        roll = momentum * roll + 2 * R @ M.T / n**2
        X = X - lr * roll
    return X, history
