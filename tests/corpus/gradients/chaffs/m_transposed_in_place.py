# chaff: M.t_() instead of M.t() in the gradient | breaks: arguments stay unchanged | fires: test_gradient_leaves_its_arguments
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
    residual = X @ M - identity
    return 2 / M.numel() * residual @ M.t_()


def gradient_step(X, M, learning_rate):
    identity = torch.eye(len(M), dtype=M.dtype)
    slope = 2 * (X @ M - identity) @ M.T / M.numel()
    return X - learning_rate * slope


def momentum_step(X, V, M, learning_rate, momentum):
    identity = torch.eye(len(M), dtype=M.dtype)
    slope = 2 * (X @ M - identity) @ M.T / M.numel()
    V_next = momentum * V + slope
    X_next = X - learning_rate * V_next
    return X_next, V_next
