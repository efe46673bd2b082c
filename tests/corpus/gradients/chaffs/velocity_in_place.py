# chaff: V.mul_(momentum) changes the caller's V | breaks: arguments stay unchanged | fires: test_momentum_step_leaves_its_arguments
import torch


def mse(y_hat, y):
    d = y_hat - y
    return (d * d).sum() / d.numel()


def mse_gradient(y_hat, y):
    return torch.func.grad(lambda t: (t - y).square().mean())(y_hat)


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def gradient(X, M):
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    return mse_gradient(X @ M, I) @ M.T


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V.mul_(momentum).add_(gradient(X, M))
    return X - learning_rate * V, V
