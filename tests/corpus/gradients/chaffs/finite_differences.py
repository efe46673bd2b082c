# chaff: forward differences with step 1e-3 | breaks: the derivative of mse | fires: test_derivative_of_vectors, test_derivative_of_matrices
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


def mse_gradient(y_hat, y):
    h = 1e-3
    base = ((y_hat - y) ** 2).mean()
    g = torch.zeros_like(y_hat).reshape(-1)
    for i in range(g.numel()):
        moved = y_hat.clone().reshape(-1)
        moved[i] += h
        g[i] = (((moved.reshape(y_hat.shape) - y) ** 2).mean() - base) / h
    return g.reshape(y_hat.shape)


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    n = len(M)
    return 2 / n**2 * (X @ M - torch.eye(n, dtype=M.dtype)) @ M.T


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    velocity = torch.add(gradient(X, M), V, alpha=momentum)
    return torch.sub(X, velocity, alpha=learning_rate), velocity
