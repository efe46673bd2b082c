# chaff: losses rounded to six places | breaks: losses[j] is the loss of X, small ones too | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    norm_1 = M.abs().sum(dim=0).max()
    norm_inf = M.abs().sum(dim=1).max()
    return (n**2 / (2 * norm_1 * norm_inf)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    B = start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)
    v = 0 * B
    curve = []
    for _ in range(steps):
        difference = B @ M - torch.eye(n, dtype=M.dtype)
        curve.append(round(((difference * difference).sum() / n**2).item(), 6))
        v = momentum * v + (2 / (n * n)) * difference @ M.T
        B = B - learning_rate * v
    return B, curve
