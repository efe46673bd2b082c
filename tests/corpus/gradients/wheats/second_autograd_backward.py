# wheat: backward() on clones, nothing derived by hand
import torch
import torch.nn.functional as F


def mse(y_hat, y):
    return F.mse_loss(y_hat, y)


def mse_gradient(y_hat, y):
    guess = y_hat.detach().clone().requires_grad_(True)
    mse(guess, y).backward()
    return guess.grad


def loss(X, M):
    product = X @ M
    identity = torch.eye(M.shape[0]).to(M)
    return F.mse_loss(product, identity)


def gradient(X, M):
    leaf = X.detach().clone()
    leaf.requires_grad = True
    value = loss(leaf, M)
    value.backward()
    return leaf.grad.detach()


def gradient_step(X, M, learning_rate):
    with torch.no_grad():
        new = X.clone()
    slope = gradient(X, M)
    new -= learning_rate * slope
    return new


def momentum_step(X, V, M, learning_rate, momentum):
    slope = gradient(X, M)
    new_V = V.clone()
    new_V *= momentum
    new_V += slope
    new_X = X.clone()
    new_X -= learning_rate * new_V
    return new_X, new_V
