# wheat: in-place updates on own copies, everything in double precision inside
import torch


def mse(y_hat, y):
    d = y_hat.double() - y.double()
    return (d * d).mean().to(y_hat.dtype)


def mse_gradient(y_hat, y):
    g = y_hat.clone()
    g -= y
    g *= 2
    g /= g.numel()
    return g


def residual(X, M):
    r = X.double() @ M.double()
    r -= torch.eye(r.shape[0], dtype=torch.float64)
    return r


def loss(X, M):
    r = residual(X, M)
    return r.square_().mean().to(X.dtype)


def gradient(X, M):
    g = residual(X, M) @ M.double().T
    g *= 2
    g /= g.numel()
    return g.to(X.dtype)


def gradient_step(X, M, learning_rate):
    result = X.clone()
    result -= learning_rate * gradient(X, M)
    return result


def momentum_step(X, V, M, learning_rate, momentum):
    v = V.clone()
    v *= momentum
    v += gradient(X, M)
    x = X.clone()
    x -= learning_rate * v
    return x, v
