# chaff: sum instead of mean | breaks: mse is a mean | fires: test_mse_of_vectors, test_mse_of_matrices
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).sum()


def mse_gradient(y_hat, y):
    leaf = y_hat.clone().requires_grad_()
    ((leaf - y) ** 2).mean().backward()
    return leaf.grad


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def gradient_step(X, M, lr):
    return torch.sub(X, gradient(X, M), alpha=lr)


def momentum_step(X, V, M, lr, momentum):
    g = gradient(X, M)
    roll = momentum * V
    roll = roll + g
    return (X - lr * roll, roll)
