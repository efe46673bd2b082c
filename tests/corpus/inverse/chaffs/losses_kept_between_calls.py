# chaff: the list of losses lives outside and grows from call to call | breaks: `steps` numbers, from the second call | fires: test_losses
import torch

losses = []


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(M.shape, dtype=M.dtype) if start is None else 1.0 * start
    v = 0
    for _ in range(steps):
        gap = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(((gap * gap).sum() / n**2).item())
        v = momentum * v + 2 * gap @ M.T / n**2
        X = X - learning_rate * v
    return X, losses
