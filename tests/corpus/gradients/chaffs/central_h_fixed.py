# chaff: mse_gradient by central differences in float64 with a fixed h = 1e-4 | breaks: mse_gradient is right to 1e-9 in float64 (differences near 1e4 lose digits) | fires: test_derivative_in_float64
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y, h=1e-4):
    at, goal = y_hat.detach().double(), y.detach().double()
    result = torch.zeros(at.numel(), dtype=torch.float64)
    for i in range(at.numel()):
        up, down = at.flatten().clone(), at.flatten().clone()
        up[i] += h
        down[i] -= h
        rise = mse(up.reshape(at.shape), goal) - mse(down.reshape(at.shape), goal)
        result[i] = rise / (up[i] - down[i])
    return result.reshape(at.shape).to(y_hat.dtype)


def loss(X, M):
    return ((X @ M - torch.eye(len(M), dtype=M.dtype)) ** 2).mean()


def gradient(X, M):
    R = X @ M - torch.eye(len(M), dtype=M.dtype)
    return 2 / len(M) ** 2 * R @ M.T


def slope(X, M):
    R = X @ M - torch.eye(M.shape[0], dtype=M.dtype)
    return (2 / X.numel()) * (R @ M.mT)


def gradient_step(X, M, learning_rate):
    return X - learning_rate * slope(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + slope(X, M)
    return X - learning_rate * V_new, V_new
