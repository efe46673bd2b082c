# wheat: torch.func.grad and functools.partial, lambdas at the top level
from functools import partial

import torch
from torch.func import grad

mse = lambda y_hat, y: (y_hat - y).square().mean()
mse_gradient = grad(mse, argnums=0)
loss = lambda X, M: mse(X @ M, torch.eye(X.shape[-1], dtype=X.dtype))
gradient = grad(loss)


def _move(X, direction, rate):
    return torch.sub(X, direction, alpha=rate)


def gradient_step(X, M, learning_rate):
    return partial(_move, rate=learning_rate)(X, gradient(X, M))


def momentum_step(X, V, M, learning_rate, momentum):
    V = torch.add(gradient(X, M), V, alpha=momentum)
    return _move(X, V, learning_rate), V
