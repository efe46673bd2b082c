# wheat: M M' computed once, the gradient is then one product
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    gram = M @ M.T
    # trace((MM')^4) is a sum of positive powers of all eigenvalues, so it is above the largest one
    gram = gram / gram.trace()
    fourth = (gram @ gram @ gram @ gram).trace() ** 0.25
    return float(n**2 / (2 * fourth * (M * M).sum()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    H = (2 / n**2) * M @ M.T
    C = (2 / n**2) * M.T
    X = (torch.rand(n, n, dtype=M.dtype) - 0.5) / M.abs().max() if start is None else start.clone()
    V = 0 * X
    losses = []
    for _ in range(steps):
        losses.append((X @ M - I).pow(2).mean().item())
        V = momentum * V + (X @ H - C)
        X = X - lr * V
    return X, losses
