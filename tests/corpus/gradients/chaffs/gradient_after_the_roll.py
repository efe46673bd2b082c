# chaff: first X rolls on, then the gradient at the new place | breaks: the gradient at X | fires: test_later_momentum_step
import torch


def mse(y_hat, y):
    # mean of the squared differences
    return torch.pow(y_hat - y, 2).mean()


def mse_gradient(prediction, target):
    how_many = target.numel()
    return (prediction - target) * (2 / how_many)


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def gradient(X, M):
    R = torch.matmul(X, M) - torch.eye(M.size(0), dtype=M.dtype)
    return torch.matmul(R, M.transpose(0, 1)) * 2 / M.numel()


def gradient_step(X, M, lr):
    return torch.sub(X, gradient(X, M), alpha=lr)


def momentum_step(X, V, M, learning_rate, momentum):
    X_new = X - learning_rate * momentum * V
    g = gradient(X_new, M)
    return X_new - learning_rate * g, momentum * V + g
