# wheat: the formulas, one line each
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    return ((X @ M - torch.eye(len(M), dtype=M.dtype)) ** 2).mean()


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
