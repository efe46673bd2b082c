# chaff: the velocity lives in a global and the argument V is ignored after the first call | breaks: functions depend on their arguments only | fires: test_later_momentum_step
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
    x = X.detach().clone().requires_grad_(True)
    (g,) = torch.autograd.grad(loss(x, M), x)
    return g


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


MEMORY = {}


def momentum_step(X, V, M, learning_rate, momentum):
    V = MEMORY.get(X.shape, V).to(X.dtype)
    V_new = momentum * V + gradient(X, M)
    MEMORY[X.shape] = V_new
    return X - learning_rate * V_new, V_new
