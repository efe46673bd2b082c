# chaff: a scalar comes back as a vector of one entry | breaks: the shape of y_hat | fires: test_derivative_of_numbers
import torch


def mse(y_hat, y):
    return torch.nn.functional.mse_loss(y_hat, y)


def mse_gradient(y_hat, y):
    y_hat = torch.atleast_1d(y_hat)
    y = torch.atleast_1d(y)
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    E = X.mm(M)
    E = E - torch.eye(E.shape[0]).to(E)
    return E.pow(2).mean()


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = V * momentum + gradient(X, M)
    X_new = X - V_new * learning_rate
    return X_new, V_new
