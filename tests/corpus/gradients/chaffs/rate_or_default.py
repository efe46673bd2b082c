# chaff: gradient_step uses "learning_rate or 0.1", so a learning rate of 0 is 0.1 | breaks: X_new = X - learning_rate * gradient for learning_rate = 0 | fires: test_step
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    return ((X @ M - torch.eye(len(M), dtype=M.dtype)) ** 2).mean()


def gradient(X, M):
    R = X @ M - torch.eye(len(M), dtype=M.dtype)
    return 2 / len(M) ** 2 * R @ M.T


def slope(X, M):
    R = X @ M - torch.eye(M.shape[0], dtype=M.dtype)
    return (2 / X.numel()) * (R @ M.mT)


def gradient_step(X, M, learning_rate):
    learning_rate = learning_rate or 0.1
    return X - learning_rate * slope(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + slope(X, M)
    return X - learning_rate * V_new, V_new
