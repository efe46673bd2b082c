# chaff: the learning rate in the velocity and in the step | breaks: V_new has no learning rate in it | fires: test_later_momentum_step
import torch


def mse(y_hat, y):
    # mean of the squared differences
    return torch.pow(y_hat - y, 2).mean()


def mse_gradient(prediction, target):
    how_many = target.numel()
    return (prediction - target) * (2 / how_many)


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    return mse_gradient(X @ M, I) @ M.T


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + learning_rate * gradient(X, M)
    return X - learning_rate * V_new, V_new
