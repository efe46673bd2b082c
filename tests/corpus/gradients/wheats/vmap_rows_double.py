# wheat: each row of X on its own with vmap, float64 inside, a dataclass as the state
from dataclasses import dataclass

import torch


@dataclass
class State:
    X: torch.Tensor
    V: torch.Tensor

    def roll(self, slope, rate, keep):
        V = keep * self.V.double() + slope.double()
        return State((self.X.double() - rate * V).to(self.X.dtype), V.to(self.X.dtype))


def mse(y_hat, y):
    return torch.mean((y_hat.double() - y.double()).pow(2)).to(y_hat.dtype)


def mse_gradient(y_hat, y):
    return ((y_hat.double() - y.double()) / (y_hat.numel() / 2)).to(y_hat.dtype)


def _row_residual(x, e, M):
    return x @ M - e


def _residual(X, M):
    rows = torch.vmap(_row_residual, in_dims=(0, 0, None))
    return rows(X.double(), torch.eye(len(X), dtype=torch.float64), M.double())


def loss(X, M):
    return _residual(X, M).square().sum().div(X.numel()).to(X.dtype)


def gradient(X, M):
    pull_back = torch.vmap(lambda r: M.double() @ r)
    return (pull_back(_residual(X, M)) * 2 / X.numel()).to(X.dtype)


def gradient_step(X, M, learning_rate):
    return State(X, torch.zeros_like(X)).roll(gradient(X, M), learning_rate, 0).X


def momentum_step(X, V, M, learning_rate, momentum):
    new = State(X, V).roll(gradient(X, M), learning_rate, momentum)
    return new.X, new.V
