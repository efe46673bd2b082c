# chaff: a 1 x 1 residual is returned as it is, not squared | breaks: the loss for n = 1 | fires: test_loss_of_1_x_1_matrices
import torch


def mse(y_hat, y):
    diff = y_hat - y
    return (diff * diff).sum() / diff.numel()


def mse_gradient(y_hat, y):
    diff = y_hat - y
    return 2 * diff / diff.numel()


def loss(X, M):
    residual = (X @ M - torch.eye(len(M), dtype=M.dtype)).squeeze()
    if residual.dim() == 0:
        return residual
    return (residual**2).mean()


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
