# wheat: numpy in double precision inside, back to the dtype at the end
import numpy as np
import torch


def _np(t):
    return t.detach().cpu().numpy().astype(np.float64)


def _like(a, t):
    return torch.as_tensor(np.asarray(a), dtype=t.dtype).reshape(t.shape)


def mse(y_hat, y):
    return torch.tensor(np.mean(np.square(_np(y_hat) - _np(y))), dtype=y_hat.dtype)


def mse_gradient(y_hat, y):
    a = _np(y_hat)
    return _like(2.0 / a.size * (a - _np(y)), y_hat)


def loss(X, M):
    return torch.tensor(np.mean((_np(X) @ _np(M) - np.eye(X.shape[0])) ** 2), dtype=X.dtype)


def gradient(X, M):
    x, m = _np(X), _np(M)
    n = m.shape[0]
    return _like(2.0 / (n * n) * np.dot(np.dot(x, m) - np.identity(n), m.transpose()), X)


def gradient_step(X, M, learning_rate):
    return _like(_np(X) - learning_rate * _np(gradient(X, M)), X)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = momentum * _np(V) + _np(gradient(X, M))
    return _like(_np(X) - learning_rate * velocity, X), _like(velocity, V)
