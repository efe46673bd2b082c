# chaff: `M /= size` works on the caller's matrix | breaks: M is not changed | fires: test_arguments_unchanged
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    size = M.abs().max().item()
    M /= size
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum) * size**2
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start * size
    roll = 0 * X
    history = []
    for _ in range(steps):
        R = X @ M - torch.eye(n, dtype=M.dtype)
        history.append(((R * R).sum() / n**2).item())
        roll = momentum * roll + 2 / n**2 * R @ M.mT
        X = X - lr * roll
    return X / size, history
