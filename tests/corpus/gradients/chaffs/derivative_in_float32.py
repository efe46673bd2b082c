# chaff: the difference is cast to float32 | breaks: nine digits in float64 | fires: test_derivative_in_float64
import torch


def mse(y_hat, y):
    return torch.mean((y_hat - y) ** 2)


def mse_gradient(y_hat, y):
    difference = y_hat.to(torch.float32) - y.to(torch.float32)
    return (2 * difference / difference.numel()).to(y.dtype)


def loss(X, M):
    E = X @ M - torch.eye(M.shape[0], dtype=M.dtype)
    return torch.mean(E**2)


def gradient(X, M):
    n = M.shape[0]
    E = X @ M - torch.eye(n, dtype=M.dtype)
    return E @ M.T * (2 / n**2)


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + gradient(X, M)
    return X - learning_rate * V_new, V_new
