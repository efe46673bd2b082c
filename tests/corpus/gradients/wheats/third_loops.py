# wheat: sums over indices, written as loops over Python floats, just as the formulas with indices in section 6
import math

import torch


def mse(y_hat, y):
    a, b = y_hat.flatten().tolist(), y.flatten().tolist()
    squares = [(p - q) ** 2 for p, q in zip(a, b)]
    return torch.tensor(math.fsum(squares) / len(squares), dtype=y_hat.dtype)


def mse_gradient(y_hat, y):
    a, b = y_hat.flatten().tolist(), y.flatten().tolist()
    slopes = [2 * (p - q) / len(a) for p, q in zip(a, b)]
    return torch.tensor(slopes, dtype=y_hat.dtype).reshape(y_hat.shape)


def residual(X, M):
    """Return X M - I as a list of rows."""
    x, m = X.tolist(), M.tolist()
    n = len(x)
    return [
        [math.fsum(x[i][k] * m[k][j] for k in range(n)) - (1.0 if i == j else 0.0) for j in range(n)] for i in range(n)
    ]


def loss(X, M):
    R = residual(X, M)
    n = len(R)
    total = math.fsum(r * r for row in R for r in row)
    return torch.tensor(total / n**2, dtype=X.dtype)


def gradient(X, M):
    R, m = residual(X, M), M.tolist()
    n = len(R)
    slopes = [[0.0] * n for _ in range(n)]
    for p in range(n):
        for q in range(n):
            slopes[p][q] = 2 / n**2 * math.fsum(R[p][j] * m[q][j] for j in range(n))
    return torch.tensor(slopes, dtype=X.dtype)


def gradient_step(X, M, learning_rate):
    x, g = X.tolist(), gradient(X, M).tolist()
    new = [[a - learning_rate * b for a, b in zip(*rows)] for rows in zip(x, g)]
    return torch.tensor(new, dtype=X.dtype)


def momentum_step(X, V, M, learning_rate, momentum):
    x, v, g = X.tolist(), V.tolist(), gradient(X, M).tolist()
    indices = range(len(x))
    v_new = [[momentum * v[i][j] + g[i][j] for j in indices] for i in indices]
    x_new = [[x[i][j] - learning_rate * v_new[i][j] for j in indices] for i in indices]
    return torch.tensor(x_new, dtype=X.dtype), torch.tensor(v_new, dtype=X.dtype)
