# chaff: plus for minus | breaks: a step downhill | fires: test_step, test_step_lowers_the_loss
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


def mse_gradient(y_hat, y):
    leaf = y_hat.clone().requires_grad_()
    ((leaf - y) ** 2).mean().backward()
    return leaf.grad


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def gradient_step(X, M, learning_rate):
    return X + learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
