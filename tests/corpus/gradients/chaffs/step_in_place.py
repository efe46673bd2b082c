# chaff: X -= ... changes the caller's X | breaks: arguments stay unchanged | fires: test_step_leaves_its_arguments
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    leaf = y_hat.clone().requires_grad_()
    ((leaf - y) ** 2).mean().backward()
    return leaf.grad


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    x = X.detach().clone().requires_grad_(True)
    (g,) = torch.autograd.grad(loss(x, M), x)
    return g


def gradient_step(X, M, learning_rate):
    X -= learning_rate * gradient(X, M)
    return X


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
