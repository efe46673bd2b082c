# wheat: everything in numpy with einsum, and back into a tensor at the end
import numpy as np
import torch


def numbers(tensor):
    return tensor.detach().cpu().numpy().astype(np.float64)


def back(array, like):
    return torch.tensor(np.asarray(array), dtype=like.dtype)


def mse(y_hat, y):
    gap = numbers(y_hat) - numbers(y)
    return back(np.mean(np.square(gap)), y_hat)


def mse_gradient(y_hat, y):
    gap = numbers(y_hat) - numbers(y)
    return back(2.0 * gap / gap.size, y_hat)


def _residual(X, M):
    return np.einsum("ik,kj->ij", X, M) - np.identity(X.shape[0])


def _gradient(X, M):
    return 2.0 / X.size * np.einsum("pj,qj->pq", _residual(X, M), M)


def loss(X, M):
    R = _residual(numbers(X), numbers(M))
    return back(np.einsum("ij,ij->", R, R) / R.size, X)


def gradient(X, M):
    return back(_gradient(numbers(X), numbers(M)), X)


def gradient_step(X, M, learning_rate):
    start = numbers(X)
    return back(start - learning_rate * _gradient(start, numbers(M)), X)


def momentum_step(X, V, M, learning_rate, momentum):
    start = numbers(X)
    velocity = momentum * numbers(V) + _gradient(start, numbers(M))
    return back(start - learning_rate * velocity, X), back(velocity, X)
