# chaff: R M instead of R M' in the gradient | breaks: heavy ball, convergence for non-symmetric M | fires: test_one_update, test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    v = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        E = X @ M - I
        losses.append(torch.mean(E * E).item())
        v = momentum * v + 2 / n**2 * E @ M
        X = X - rate * v
    return X, losses
