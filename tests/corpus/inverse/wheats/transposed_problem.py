# wheat: solves M' Y = I for Y = X' and returns a non-contiguous view
import torch


def safe_learning_rate(M, momentum=0.9):
    B = M.t()
    n = B.shape[0]
    gershgorin = (B @ B.t()).abs().sum(1).max()
    return float(0.5 * (1 + momentum) * n * n / gershgorin)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    B = M.t()
    n = B.shape[0]
    eye = torch.eye(n, dtype=B.dtype)
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    Y = torch.randn(n, n, dtype=B.dtype) if start is None else start.t().clone()
    V = torch.zeros_like(Y)
    losses = []
    for _ in range(steps):
        D = B @ Y - eye
        losses.append((D**2).mean().item())
        V = momentum * V + 2 / n**2 * B.t() @ D
        Y = Y - lr * V
    return Y.t(), losses
