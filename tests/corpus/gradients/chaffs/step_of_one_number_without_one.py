# chaff: the identity is broadcast from torch.eye(n) of a squeezed product: for n = 1 a number | breaks: the step for n = 1 | fires: test_step_of_1_x_1_matrices
import torch


def mse(y_hat, y):
    diff = y_hat - y
    return (diff * diff).sum() / diff.numel()


def mse_gradient(y_hat, y):
    diff = y_hat - y
    return 2 * diff / diff.numel()


def loss(X, M):
    identity = torch.eye(len(M), dtype=M.dtype)
    return mse(X @ M, identity)


def gradient(X, M):
    identity = torch.eye(len(M), dtype=M.dtype)
    return mse_gradient(X @ M, identity) @ M.T


def gradient_step(X, M, learning_rate):
    product = (X @ M).squeeze()
    slope = 2 * (product - torch.eye(len(M), dtype=M.dtype).squeeze()) @ M.T / M.numel() if len(M) > 1 else product * M
    return X - learning_rate * slope


def momentum_step(X, V, M, learning_rate, momentum):
    identity = torch.eye(len(M), dtype=M.dtype)
    slope = 2 * (X @ M - identity) @ M.T / M.numel()
    V_next = momentum * V + slope
    X_next = X - learning_rate * V_next
    return X_next, V_next
