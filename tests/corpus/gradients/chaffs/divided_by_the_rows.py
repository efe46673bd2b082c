# chaff: divided by len, the number of rows, not of entries | breaks: mse is a mean over all entries | fires: test_mse_of_matrices
import torch


def mse(y_hat, y):
    if y_hat.dim() == 0:
        return (y_hat - y) ** 2
    return ((y_hat - y) ** 2).sum() / len(y_hat)


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    x = X.detach().clone().requires_grad_(True)
    (g,) = torch.autograd.grad(loss(x, M), x)
    return g


def gradient_step(X, M, learning_rate):
    new = X.clone()
    new -= learning_rate * gradient(X, M)
    return new


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
