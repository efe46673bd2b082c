# chaff: gradient with respect to M: X' (X M - I) | breaks: the gradient with respect to X | fires: test_gradient
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(prediction, target):
    how_many = target.numel()
    return (prediction - target) * (2 / how_many)


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    leaf = M.clone().requires_grad_()
    torch.mean((X @ leaf - torch.eye(len(M), dtype=M.dtype)) ** 2).backward()
    return leaf.grad


def gradient_step(X, M, learning_rate):
    new = X.clone()
    new -= learning_rate * gradient(X, M)
    return new


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = torch.add(gradient(X, M), V, alpha=momentum)
    return torch.sub(X, velocity, alpha=learning_rate), velocity
