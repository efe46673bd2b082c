# chaff: entries of X stay zero where M has zeros | breaks: right for non-symmetric sparse M (permutations) | fires: test_permutation_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    pattern = (M != 0).to(M.dtype)
    step_size = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) * pattern if start is None else start.clone()
    speed = 0
    losses = []
    for _ in range(steps):
        diff = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(diff * diff).item())
        speed = momentum * speed + 2 / n**2 * (diff @ M.T) * pattern
        X = X - step_size * speed
    return X, losses
