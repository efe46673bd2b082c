# chaff: one exact correction by linalg.solve after the loop | breaks: by descent, X is after the last update | fires: test_three_steps_are_only_three_steps, test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    step_length = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        gap = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(((gap * gap).sum() / n**2).item())
        v = momentum * v + 2 * gap @ M.T / n**2
        X = X - step_length * v
    if losses and losses[-1] > 1e-12:
        X = X - torch.linalg.solve(M, X @ M - torch.eye(n, dtype=M.dtype), left=False)
    return X, losses
