# wheat: backward() with the velocity kept in X.grad, rate from the Frobenius norm
import torch


def mse(Y_hat, Y):
    return torch.mean((Y_hat - Y) ** 2)


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def safe_learning_rate(M, momentum):
    """The squares of all singular values add up to the squares of all entries."""
    sum_of_squares = M.detach().double().square().sum().item()
    return len(M) ** 2 / (2 * sum_of_squares)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    M = M.detach()
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
        momentum = min(max(momentum, 0.85), 0.95)
    if start is None:
        start = torch.rand(M.shape, dtype=M.dtype)
    X = start.detach().to(dtype=M.dtype, copy=True)
    X.requires_grad_(True)
    X.grad = torch.zeros_like(X)
    losses = []
    with torch.enable_grad():
        for _ in range(steps):
            X.grad *= momentum
            error = loss(X, M)
            error.backward()
            losses.append(error.item())
            with torch.no_grad():
                X -= learning_rate * X.grad
    return X.detach(), losses
