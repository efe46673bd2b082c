# chaff: M for M' (right for symmetric M) | breaks: the gradient for unsymmetric M | fires: test_gradient
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


def mse_gradient(y_hat, y):
    return torch.func.grad(lambda t: (t - y).square().mean())(y_hat)


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M


def gradient_step(X, M, learning_rate):
    new = X.clone()
    new -= learning_rate * gradient(X, M)
    return new


def momentum_step(X, V, M, lr, momentum):
    g = gradient(X, M)
    roll = momentum * V
    roll = roll + g
    return (X - lr * roll, roll)
