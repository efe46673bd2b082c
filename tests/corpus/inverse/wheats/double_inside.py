# wheat: float64 inside, cast back at the end
import torch


def safe_learning_rate(M, momentum=0.9):
    M = M.double()
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    dtype = M.dtype
    M = M.double()
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = start.double().clone() if start is not None else torch.rand(n, n, dtype=torch.double)
    V = torch.zeros(n, n, dtype=torch.double)
    losses = [0.0] * steps
    for k in range(steps):
        R = X @ M
        R.diagonal().sub_(1)
        losses[k] = R.pow(2).mean().item()
        V.mul_(momentum).add_(R @ M.T, alpha=2 / n**2)
        X = X - lr * V
    return X.to(dtype), losses
