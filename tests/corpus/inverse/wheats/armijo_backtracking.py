# wheat: backtracking line search (Armijo) when left to itself
import torch


def f(X, M):
    return ((X @ M - torch.eye(M.shape[0], dtype=M.dtype)) ** 2).mean()


def df(X, M):
    return (X @ M - torch.eye(M.shape[0], dtype=M.dtype)) @ M.T * (2 / M.numel())


def safe_learning_rate(M, momentum=0.9):
    return (M.numel() / (2 * (M * M).sum())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    A = M.double()
    X = torch.rand(A.shape, dtype=A.dtype) if start is None else start.double()
    losses = []
    if learning_rate is None:
        t = safe = safe_learning_rate(A)
        for _ in range(steps):
            here = f(X, A)
            losses.append(here.item())
            g = df(X, A)
            square = (g * g).sum()
            t = min(2 * t, 64 * safe)
            while t > safe and f(X - t * g, A) > here - 0.5 * t * square:
                t /= 2
            X = X - t * g
    else:
        v = torch.zeros_like(X)
        for _ in range(steps):
            losses.append(f(X, A).item())
            v = momentum * v + df(X, A)
            X = X - learning_rate * v
    return X.to(M.dtype), losses
