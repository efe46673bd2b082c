# chaff: (V, X) returned instead of (X, V) | breaks: the order of the answers | fires: test_first_momentum_step, test_later_momentum_step
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    R = torch.matmul(X, M) - torch.eye(M.size(0), dtype=M.dtype)
    return torch.matmul(R, M.transpose(0, 1)) * 2 / M.numel()


def gradient_step(X, M, lr):
    return torch.sub(X, gradient(X, M), alpha=lr)


def momentum_step(X, V, M, learning_rate, momentum):
    v = momentum * V + gradient(X, M)
    x = X - learning_rate * v
    return v, x
