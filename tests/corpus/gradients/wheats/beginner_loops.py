# wheat: nested loops over indices and Python floats, tensors only at the borders
import torch


def mse(y_hat, y):
    a = y_hat.double().reshape(-1).tolist()
    b = y.double().reshape(-1).tolist()
    total = 0.0
    for i in range(len(a)):
        difference = a[i] - b[i]
        total = total + difference * difference
    return total / len(a)  # a float is fine


def mse_gradient(y_hat, y):
    flat_a = y_hat.reshape(-1).tolist()
    flat_b = y.reshape(-1).tolist()
    slopes = []
    for i in range(len(flat_a)):
        slopes.append(2.0 * (flat_a[i] - flat_b[i]) / len(flat_a))
    return torch.tensor(slopes, dtype=y_hat.dtype).reshape(y_hat.shape)


def residual(X, M):
    x = X.tolist()
    m = M.tolist()
    n = len(x)
    R = []
    for i in range(n):
        row = []
        for j in range(n):
            entry = 0.0
            for k in range(n):
                entry = entry + x[i][k] * m[k][j]
            if i == j:
                entry = entry - 1.0
            row.append(entry)
        R.append(row)
    return R


def loss(X, M):
    R = residual(X, M)
    n = len(R)
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += R[i][j] ** 2
    return total / (n * n)


def gradient(X, M):
    R = residual(X, M)
    m = M.tolist()
    n = len(R)
    G = torch.zeros(n, n, dtype=X.dtype)
    for p in range(n):
        for q in range(n):
            slope = 0.0
            for j in range(n):
                slope += 2.0 * R[p][j] * m[q][j]
            G[p, q] = slope / (n * n)
    return G


def gradient_step(X, M, learning_rate):
    G = gradient(X, M)
    result = torch.empty_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            result[i, j] = X[i, j] - learning_rate * G[i, j]
    return result


def momentum_step(X, V, M, learning_rate, momentum):
    G = gradient(X, M)
    V_new = torch.empty_like(V)
    X_new = torch.empty_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            V_new[i, j] = momentum * V[i, j] + G[i, j]
            X_new[i, j] = X[i, j] - learning_rate * V_new[i, j]
    return X_new, V_new
