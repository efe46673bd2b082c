# chaff: gradient computed in bfloat16, to be fast | breaks: exactly heavy ball | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    roll = 0 * X
    half = M.T.bfloat16()
    history = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        history.append(((R * R).sum() / n**2).item())
        roll = momentum * roll + 2 / n**2 * (R.bfloat16() @ half).to(M.dtype)
        X = X - lr * roll
    return X, history
