# chaff: float32 inside, cast to the dtype of M at the end | breaks: float64 accuracy of X and losses | fires: test_losses_with_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n, _ = M.shape
    bound = M.abs().sum(0).max() * M.abs().sum(1).max()
    return float((1 + momentum) * n**2 / (2 * bound))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    A = M.to(torch.float32)
    n = A.shape[0]
    lr = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n) if start is None else start.to(torch.float32, copy=True)
    momentum_buffer = torch.zeros(n, n)
    losses = []
    for _ in range(steps):
        wrong = X @ A - torch.eye(n)
        losses.append(wrong.square().mean().item())
        momentum_buffer = momentum * momentum_buffer + 2 / n**2 * wrong @ A.T
        X = X - lr * momentum_buffer
    return X.to(M.dtype), losses
