# chaff: divided by the number of rows only | breaks: the derivative of mse for a matrix | fires: test_derivative_of_matrices
import torch


def mse(y_hat, y):
    return torch.nn.functional.mse_loss(y_hat, y)


def mse_gradient(y_hat, y):
    if y_hat.dim() == 0:
        return 2 * (y_hat - y)
    return 2 * (y_hat - y) / y_hat.shape[0]


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    x = X.detach().clone().requires_grad_(True)
    (g,) = torch.autograd.grad(loss(x, M), x)
    return g


def gradient_step(X, M, learning_rate):
    return X - learning_rate * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
