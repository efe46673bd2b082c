# wheat: a decorator without functools.wraps counts calls, so that the signature says no more than *args and **kwargs
import torch

calls = 0


def counted(function):
    def wrapper(*args, **kwargs):
        global calls
        calls += 1
        return function(*args, **kwargs)

    return wrapper


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    return n**2 * (1 + momentum) / (2.5 * float(torch.linalg.matrix_norm(M.double(), 2)) ** 2)


@counted
def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = torch.zeros_like(M) if start is None else start.clone()
    V = torch.zeros_like(M)
    eye = torch.eye(n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        R = X @ M - eye
        losses.append(float((R**2).mean()))
        V = momentum * V + 2 / n**2 * R @ M.T
        X = X - rate * V
    return X, losses
