# wheat: nn.Module with a parameter, torch.optim-like manual update, over-engineered
import torch
from torch import nn


class Guess(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.value = nn.Parameter(start.detach().clone())
        self.criterion = nn.MSELoss(reduction="mean")

    def distance(self, target):
        return self.criterion(self.value, target)

    def inverse_error(self, M):
        return self.criterion(torch.matmul(self.value, M), torch.eye(M.size(0), dtype=M.dtype))

    def slope(self, value):
        self.zero_grad()
        value.backward()
        return self.value.grad.detach().clone()


def mse(y_hat, y):
    return Guess(y_hat).distance(y).detach()


def mse_gradient(y_hat, y):
    guess = Guess(y_hat)
    return guess.slope(guess.distance(y))


def loss(X, M):
    return Guess(X).inverse_error(M).detach()


def gradient(X, M):
    guess = Guess(X)
    return guess.slope(guess.inverse_error(M))


def gradient_step(X, M, learning_rate):
    guess = Guess(X)
    slope = guess.slope(guess.inverse_error(M))
    with torch.no_grad():
        for parameter in guess.parameters():
            parameter.add_(slope, alpha=-learning_rate)
    return guess.value.detach()


def momentum_step(X, V, M, learning_rate, momentum, /, *, verbose=False):
    """PyTorch's way: the old velocity lies in .grad already, and backward() adds to it."""
    guess = Guess(X)
    guess.value.grad = momentum * V.detach().clone()
    guess.inverse_error(M).backward()
    velocity = guess.value.grad.clone()
    with torch.no_grad():
        guess.value -= learning_rate * velocity
    if verbose:
        print("moved by", (guess.value - X).norm().item())
    return guess.value.detach(), velocity
