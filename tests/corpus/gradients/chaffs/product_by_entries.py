# chaff: X * M for X @ M | breaks: loss is of the matrix product | fires: test_loss
import torch


def mse(y_hat, y):
    return torch.nn.functional.mse_loss(y_hat, y)


def mse_gradient(y_hat, y):
    leaf = y_hat.clone().requires_grad_()
    ((leaf - y) ** 2).mean().backward()
    return leaf.grad


def loss(X, M):
    I = torch.eye(len(M), dtype=M.dtype)  # noqa: E741
    return ((X * M - I) ** 2).mean()


def gradient(X, M):
    leaf = X.clone().requires_grad_()
    eye = torch.eye(M.shape[0], dtype=M.dtype)
    torch.mean((leaf @ M - eye) ** 2).backward()
    return leaf.grad


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = torch.add(gradient(X, M), V, alpha=momentum)
    return torch.sub(X, velocity, alpha=learning_rate), velocity
