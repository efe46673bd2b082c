# chaff: entries of X below 0.001 count as zero | breaks: the loss, at any scale | fires: test_loss_of_scaled_matrices
import torch


def mse(y_hat, y):
    diff = y_hat - y
    return (diff * diff).sum() / diff.numel()


def mse_gradient(y_hat, y):
    diff = y_hat - y
    return 2 * diff / diff.numel()


def loss(X, M):
    X = torch.where(X.abs() < 1e-3, torch.zeros_like(X), X)
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def gradient(X, M):
    identity = torch.eye(len(M), dtype=M.dtype)
    return mse_gradient(X @ M, identity) @ M.T


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
