# chaff: works on X' for M', but takes start as it is | breaks: start is the first guess (unless symmetric) | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    A = M.T
    n = A.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    Y = torch.rand(n, n, dtype=A.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(Y)
    losses = []
    for _ in range(steps):
        error = A @ Y - torch.eye(n, dtype=A.dtype)
        losses.append(error.square().mean().item())
        velocity = momentum * velocity + 2 / n**2 * A.T @ error
        Y = Y - lr * velocity
    return Y.T, losses
