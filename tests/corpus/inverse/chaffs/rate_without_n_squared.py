# chaff: safe rate forgets the n^2 of the mean | breaks: converges within the default steps; not absurdly small | fires: test_large_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    a = M.abs().sum(0).max()
    b = M.abs().sum(1).max()
    return (1 / (2 * a * b)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros(n, n, dtype=M.dtype)
    history = []
    for _ in range(steps):
        E = X @ M - torch.eye(n, dtype=M.dtype)
        history.append(E.square().mean().item())
        velocity = momentum * velocity + (2 / n**2) * (E @ M.T)
        X = X - learning_rate * velocity
    return X, history
