# chaff: divided by n instead of n^2 | breaks: loss is a mean | fires: test_loss
import torch


def mse(y_hat, y):
    d = y_hat - y
    return (d * d).sum() / d.numel()


def mse_gradient(y_hat, y):
    return torch.func.grad(lambda t: (t - y).square().mean())(y_hat)


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n


def gradient(X, M):
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    return mse_gradient(X @ M, I) @ M.T


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
