# wheat: higher-order functions: one chain rule and one stepper for everything
import torch


def squared_error(target):
    count = max(1, target.numel())

    def value(x):
        return torch.sum(torch.pow(x - target, 2)) / count

    def slope(x):
        return torch.sub(x, target) * (2.0 / count)

    return value, slope


def through_product(M):
    value, slope = squared_error(torch.eye(*M.shape, dtype=M.dtype))
    return (lambda X: value(X.matmul(M))), (lambda X: slope(X.matmul(M)).matmul(M.transpose(0, 1)))


def mse(y_hat, y):
    value, _ = squared_error(y)
    return value(y_hat)


def mse_gradient(y_hat, y):
    _, slope = squared_error(y)
    return slope(y_hat)


def loss(X, M):
    return through_product(M)[0](X)


def gradient(X, M):
    return through_product(M)[1](X)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = gradient(X, M) + momentum * V
    return X - learning_rate * velocity, velocity


def gradient_step(X, M, learning_rate):
    """A ball without momentum walks."""
    return momentum_step(X, torch.zeros_like(X), M, learning_rate, 0.0)[0]
