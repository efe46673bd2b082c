# chaff: n where n^2 belongs (right for n = 1) | breaks: the gradient's factor | fires: test_gradient
import torch


def mse(y_hat, y):
    return torch.nn.functional.mse_loss(y_hat, y)


def mse_gradient(y_hat, y):
    d = y_hat - y
    return d.mul(2).div(d.numel())


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def gradient(X, M):
    n = len(M)
    return 2 / n * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def gradient_step(X, M, lr):
    return torch.sub(X, gradient(X, M), alpha=lr)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = V * momentum + gradient(X, M)
    X_new = X - V_new * learning_rate
    return X_new, V_new
