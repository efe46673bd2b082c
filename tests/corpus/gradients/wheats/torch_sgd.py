# wheat: torch.optim.SGD does the steps, its momentum buffer is set by hand; the answers are Parameters
import torch
from torch import nn


def mse(y_hat, y):
    return nn.MSELoss()(y_hat, y)


def mse_gradient(y_hat, y):
    p = nn.Parameter(y_hat.clone())
    (g,) = torch.autograd.grad(mse(p, y), p)
    return g


def loss(X, M):
    return mse(X @ M, torch.eye(M.size(0)).to(M))


def gradient(X, M):
    p = nn.Parameter(X.clone())
    (g,) = torch.autograd.grad(loss(p, M), p)
    return g


def gradient_step(X, M, learning_rate):
    p = nn.Parameter(X.clone())
    optimizer = torch.optim.SGD([p], lr=learning_rate)
    loss(p, M).backward()
    optimizer.step()
    return p


def momentum_step(X, V, M, learning_rate, momentum):
    p = nn.Parameter(X.clone())
    optimizer = torch.optim.SGD([p], lr=learning_rate, momentum=momentum)
    optimizer.state[p]["momentum_buffer"] = V.clone()
    loss(p, M).backward()
    optimizer.step()
    if momentum == 0:
        return p, p.grad
    return p, optimizer.state[p]["momentum_buffer"]
