# chaff: the gradient is clipped to [-100, 100] | breaks: the gradient, at any scale | fires: test_gradient_of_scaled_matrices
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
    return (mse_gradient(X @ M, identity) @ M.T).clamp(-100, 100)


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
