# chaff: the learning rate inside the velocity | breaks: V_new = momentum V + gradient | fires: test_later_momentum_step
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    d = y_hat - y
    return d.mul(2).div(d.numel())


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    R = torch.matmul(X, M) - torch.eye(M.size(0), dtype=M.dtype)
    return torch.matmul(R, M.transpose(0, 1)) * 2 / M.numel()


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + learning_rate * gradient(X, M)
    return X - V_new, V_new
