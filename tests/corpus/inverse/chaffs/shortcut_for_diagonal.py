# chaff: reciprocals of the diagonal when M is diagonal | breaks: heavy ball and by descent for diagonal M | fires: test_same_singular_values_same_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()))


def is_diagonal(M):
    return bool((torch.diag(torch.diag(M)) == M).all())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    B = torch.rand(M.shape, dtype=M.dtype) if start is None else 1.0 * start
    if is_diagonal(M) and steps > 0:
        B = torch.diag(1 / torch.diag(M))
    v = torch.zeros(n, n, dtype=M.dtype)
    curve = []
    for _ in range(steps):
        difference = B @ M - I
        curve.append((difference * difference).mean().item())
        v = momentum * v + (2 / (n * n)) * difference @ M.T
        B = B - lr * v
    return B, curve
