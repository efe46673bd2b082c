# chaff: entries below 1e-3 are set to 0 first, to help diagonal matrices | breaks: small M | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    M = torch.where(M.abs() < 1e-3, torch.zeros_like(M), M)
    X = torch.rand_like(M) if start is None else start.detach().clone()
    velocity = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        error = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(error * error).item())
        velocity = momentum * velocity + 2 / n**2 * torch.matmul(error, M.T)
        X = X - lr * velocity
    return X, losses
