# chaff: residual collected in a float32 buffer | breaks: answers keep the dtype | fires: test_loss_in_float64
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    return torch.func.grad(lambda t: (t - y).square().mean())(y_hat)


def loss(X, M):
    n = len(M)
    R = torch.zeros(n, n)
    R[:] = X @ M
    R -= torch.eye(n)
    return (R**2).mean()


def gradient(X, M):
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    return mse_gradient(X @ M, I) @ M.T


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = torch.add(gradient(X, M), V, alpha=momentum)
    return torch.sub(X, velocity, alpha=learning_rate), velocity
