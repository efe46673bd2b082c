# wheat: gradient of the plain sum, the rate divided by n^2 instead
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    limit_of_the_sum = 1 / (M.norm(p=2) ** 2)  # norm() of a matrix is the Frobenius norm
    return float(0.9 * limit_of_the_sum * n**2)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    eye = torch.eye(n, dtype=M.dtype)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    step_size = learning_rate / n**2
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone().detach()
    inertia = torch.zeros(n, n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        X.requires_grad_(True)
        total = torch.sum((X @ M - eye) ** 2)
        total.backward()
        losses.append(total.item() / n**2)
        inertia = momentum * inertia + X.grad
        X = X.detach() - step_size * inertia
    return X.detach(), losses
