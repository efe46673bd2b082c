# wheat: the boxed formulas, as short as they can be written
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    return 2 / y_hat.numel() * (y_hat - y)


def loss(X, M):
    return mse(X @ M, torch.eye(M.shape[0], dtype=M.dtype))


def gradient(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return 2 / n**2 * R @ M.T


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + gradient(X, M)
    return X - learning_rate * V_new, V_new
