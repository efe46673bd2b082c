# wheat: losses as Python floats, the momentum step as a named tuple, einsum for the products
from typing import NamedTuple

import torch


class Step(NamedTuple):
    X: torch.Tensor
    V: torch.Tensor


def mse(y_hat, y):
    return (y_hat - y).pow(2).mean().item()


def mse_gradient(y_hat, y):
    count = 1
    for size in y_hat.shape:
        count *= size
    return (y_hat - y) * (2 / count)


def loss(X, M):
    R = torch.einsum("ij,jk->ik", X, M)
    R.diagonal().sub_(1)
    return R.pow(2).mean().item()


def gradient(X, M):
    R = torch.einsum("ij,jk->ik", X, M)
    R.diagonal().sub_(1)
    return torch.einsum("ik,jk->ij", R, M) * (2 / R.numel())


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = momentum * V + gradient(X, M)
    return Step(X=X - learning_rate * velocity, V=velocity)
