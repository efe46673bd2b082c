# wheat: nothing but autograd, on detached copies, with torch.autograd.grad and the built-in mse_loss
import torch
from torch.nn import functional


def mse(y_hat, y):
    """Return the mean of the squared differences of two tensors."""
    return functional.mse_loss(y_hat, y)


def loss(X, M):
    """Return how far X M is from the identity."""
    identity = torch.eye(len(M)).to(M)
    return mse(torch.matmul(X, M), identity)


def slope(function, at):
    """Return the derivative of a function of one tensor; `at` is not touched."""
    leaf = at.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        value = function(leaf)
    (answer,) = torch.autograd.grad(value, leaf)
    return answer.detach()


def mse_gradient(y_hat, y):
    return slope(lambda at: mse(at, y.detach()), y_hat)


def gradient(X, M):
    return slope(lambda at: loss(at, M.detach()), X)


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = V.detach().clone()
    velocity.mul_(momentum).add_(gradient(X, M))
    place = X.detach().clone()
    place.sub_(learning_rate * velocity)
    return place, velocity


def gradient_step(X, M, learning_rate):
    place, _ = momentum_step(X, torch.zeros_like(X), M, learning_rate, 0.0)
    return place
