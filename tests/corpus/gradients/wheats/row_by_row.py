# wheat: each row of X is a problem of its own, torch.vmap over the rows
import torch


def mse(y_hat, y):
    return torch.mean((y - y_hat) ** 2)


def mse_gradient(y_hat, y):
    return -2 * (y - y_hat) / (y - y_hat).numel()


def row_gradient(x, e, M):
    return M @ (x @ M - e)


def loss(X, M):
    n = len(M)
    rows = torch.eye(n, dtype=M.dtype)
    return sum(mse(x @ M, e) for x, e in zip(X, rows)) / n


def gradient(X, M):
    n = len(M)
    rows = torch.eye(n, dtype=M.dtype)
    return 2 * torch.vmap(row_gradient, in_dims=(0, 0, None))(X, rows, M) / n**2


def gradient_step(X, M, learning_rate):
    g = gradient(X, M)
    return torch.stack([x - learning_rate * d for x, d in zip(X, g)])


def momentum_step(X, V, M, learning_rate, momentum):
    G = gradient(X, M)
    V_new = torch.stack([momentum * v + g for v, g in zip(V, G)])
    X_new = torch.stack([x - learning_rate * v for x, v in zip(X, V_new)])
    return X_new, V_new
