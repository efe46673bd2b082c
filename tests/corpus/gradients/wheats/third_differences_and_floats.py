# wheat: mse and loss return plain floats, the gradients are central differences in float64 with a step as large as the numbers
import torch


def mse(y_hat, y):
    difference = y_hat.detach().double() - y.detach().double()
    return (difference * difference).sum().item() / difference.numel()


def loss(X, M):
    product = X.detach().double().matmul(M.detach().double())
    product.diagonal().sub_(1)
    return mse(product, torch.zeros_like(product))


def differences(function, at):
    """Central differences; for a parabola a large step is exact, and it does not suffer from rounding."""
    at = at.detach().double()
    h = max(1.0, at.abs().max().item())
    slopes = torch.zeros(at.numel(), dtype=torch.float64)
    for i in range(at.numel()):
        up, down = at.clone().flatten(), at.clone().flatten()
        up[i] += h
        down[i] -= h
        slopes[i] = (function(up.reshape(at.shape)) - function(down.reshape(at.shape))) / (2 * h)
    return slopes.reshape(at.shape)


def mse_gradient(y_hat, y):
    # mse depends on the difference only: measure where the difference is, and take y as zero
    gap = y_hat.detach().double() - y.detach().double()
    return differences(lambda at: mse(at, torch.zeros_like(gap)), gap).to(y_hat.dtype)


def gradient(X, M):
    return differences(lambda at: loss(at, M), X).to(X.dtype)


def gradient_step(X, M, learning_rate):
    return (X.detach().double() - learning_rate * gradient(X.double(), M.double())).to(X.dtype)


def momentum_step(X, V, M, learning_rate, momentum):
    place, velocity = X.detach().double(), V.detach().double()
    velocity = momentum * velocity + gradient(place, M.double())
    place = place - learning_rate * velocity
    return place.to(X.dtype), velocity.to(X.dtype)
