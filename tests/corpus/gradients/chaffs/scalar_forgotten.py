# chaff: a loop over len fails for a scalar | breaks: mse of 0-dimensional arguments | fires: test_mse_of_numbers
import torch


def mse(y_hat, y):
    total = 0
    for a, b in zip(y_hat, y):
        total = total + ((a - b) ** 2).sum()
    return total / y_hat.numel()


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    return mse_gradient(X @ M, I) @ M.T


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = V * momentum + gradient(X, M)
    X_new = X - V_new * learning_rate
    return X_new, V_new
