# chaff: the derivative is clipped to [-10, 10] | breaks: the derivative, at any scale | fires: test_derivative_of_scaled_matrices
import torch


def mse(y_hat, y):
    return torch.mean((y_hat - y) ** 2)


def mse_gradient(y_hat, y):
    return torch.clamp((y_hat - y) * 2 / y_hat.numel(), -10, 10)


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
