# chaff: M' times residual instead of residual times M' | breaks: the gradient's order of factors | fires: test_gradient
import torch


def mse(y_hat, y):
    # mean of the squared differences
    return torch.pow(y_hat - y, 2).mean()


def mse_gradient(y_hat, y):
    leaf = y_hat.clone().requires_grad_()
    ((leaf - y) ** 2).mean().backward()
    return leaf.grad


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return 2 / n**2 * M.T @ R


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = torch.add(gradient(X, M), V, alpha=momentum)
    return torch.sub(X, velocity, alpha=learning_rate), velocity
