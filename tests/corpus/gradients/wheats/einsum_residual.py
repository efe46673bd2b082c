# wheat: einsum, a shared helper for the residual, type hints, a named tuple as the answer
from typing import NamedTuple

import torch
from torch import Tensor


class Ball(NamedTuple):
    place: Tensor
    velocity: Tensor


def mse(y_hat: Tensor, y: Tensor) -> Tensor:
    d = (y_hat - y).flatten()
    return torch.einsum("i,i->", d, d) / d.numel()


def mse_gradient(y_hat: Tensor, y: Tensor) -> Tensor:
    return (y_hat - y).mul(2).div(y_hat.numel())


def residual(X: Tensor, M: Tensor) -> Tensor:
    R = torch.einsum("ik,kj->ij", X, M)
    R.diagonal().sub_(1)
    return R


def loss(X: Tensor, M: Tensor) -> Tensor:
    R = residual(X, M)
    return torch.einsum("ij,ij->", R, R) / R.numel()


def gradient(X: Tensor, M: Tensor) -> Tensor:
    R = residual(X, M)
    return torch.einsum("pj,qj->pq", R, M) * 2 / R.numel()


def gradient_step(X: Tensor, M: Tensor, learning_rate: float) -> Tensor:
    return X.clone().sub_(gradient(X, M), alpha=learning_rate)


def momentum_step(X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> Ball:
    velocity = V.mul(momentum).add_(gradient(X, M))
    return Ball(X.sub(velocity, alpha=learning_rate), velocity)
