# wheat: Python loops over the entries, no matrix product anywhere
import torch


def mse(y_hat, y):
    total = 0.0
    a = y_hat.reshape(-1)
    b = y.reshape(-1)
    for i in range(len(a)):
        total = total + (a[i] - b[i]) * (a[i] - b[i])
    return total / len(a)


def mse_gradient(y_hat, y):
    a = y_hat.reshape(-1).tolist()
    b = y.reshape(-1).tolist()
    result = []
    for i in range(len(a)):
        result.append(2 * (a[i] - b[i]) / len(a))
    return torch.tensor(result, dtype=y_hat.dtype).reshape(y_hat.shape)


def errors(X, M):
    n = M.shape[0]
    x = X.tolist()
    m = M.tolist()
    e = []
    for i in range(n):
        row = []
        for j in range(n):
            s = 0.0
            for k in range(n):
                s += x[i][k] * m[k][j]
            row.append(s - 1.0 if i == j else s)
        e.append(row)
    return e


def loss(X, M):
    n = M.shape[0]
    s = 0.0
    for row in errors(X, M):
        for value in row:
            s += value**2
    return torch.tensor(s / n**2, dtype=X.dtype)


def gradient(X, M):
    n = M.shape[0]
    e = errors(X, M)
    m = M.tolist()
    g = torch.zeros(n, n, dtype=X.dtype)
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(n):
                s += e[i][k] * m[j][k]
            g[i, j] = 2 * s / n**2
    return g


def gradient_step(X, M, learning_rate):
    g = gradient(X, M)
    new = X.clone()
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            new[i, j] = X[i, j] - learning_rate * g[i, j]
    return new


def momentum_step(X, V, M, learning_rate, momentum):
    g = gradient(X, M)
    V_new = torch.empty_like(V)
    X_new = torch.empty_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            V_new[i, j] = momentum * V[i, j] + g[i, j]
            X_new[i, j] = X[i, j] - learning_rate * V_new[i, j]
    return X_new, V_new
