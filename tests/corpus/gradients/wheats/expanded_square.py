# wheat: the square multiplied out: X M M' - M', and the loss with a trace
import torch


def mse(y_hat, y):
    difference = (y_hat - y).flatten()
    return torch.dot(difference, difference) / len(difference)


def mse_gradient(y_hat, y):
    n = max(1, y.numel())
    return (2.0 / n) * y_hat - (2.0 / n) * y


def loss(X, M):
    n = M.shape[0]
    E = X @ M - torch.eye(n, dtype=M.dtype)
    return torch.trace(E @ E.T) / n**2


def gradient(X, M):
    n = M.shape[0]
    return 2 / n**2 * (X @ (M @ M.T) - M.T)


def gradient_step(X, M, learning_rate):
    rate = 2 * learning_rate / M.numel()
    return X - rate * (X @ M @ M.T - M.T)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + gradient(X, M)
    return X - learning_rate * V_new, V_new
