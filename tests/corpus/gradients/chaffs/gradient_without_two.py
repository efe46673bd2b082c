# chaff: factor 2 forgotten | breaks: the derivative of mse | fires: test_derivative_of_numbers, test_derivative_of_vectors, test_derivative_of_matrices
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    return (y_hat - y) / y_hat.numel()


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    x = X.detach().clone().requires_grad_(True)
    (g,) = torch.autograd.grad(loss(x, M), x)
    return g


def gradient_step(X, M, learning_rate):
    new = X.clone()
    new -= learning_rate * gradient(X, M)
    return new


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = V * momentum + gradient(X, M)
    X_new = X - V_new * learning_rate
    return X_new, V_new
