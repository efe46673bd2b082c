# chaff: momentum or 0.9, so that a momentum of 0 is not taken as given | breaks: V_new = momentum V + gradient | fires: test_later_momentum_step
import torch


def mse(y_hat, y):
    return torch.mean((y_hat - y) ** 2)


def mse_gradient(y_hat, y):
    return (y_hat - y) * 2 / y_hat.numel()


def loss(X, M):
    E = X @ M - torch.eye(M.shape[0], dtype=M.dtype)
    return torch.mean(E**2)


def gradient(X, M):
    n = M.shape[0]
    E = X @ M - torch.eye(n, dtype=M.dtype)
    return E @ M.T * (2 / n**2)


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum=0.9):
    momentum = momentum or 0.9
    V_new = momentum * V + gradient(X, M)
    return X - learning_rate * V_new, V_new
