# chaff: the difference is taken in place | breaks: arguments stay unchanged | fires: test_mse_leaves_its_arguments
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


def mse_gradient(y_hat, y):
    y_hat -= y
    return 2 * y_hat / y_hat.numel()


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    R = torch.matmul(X, M) - torch.eye(M.size(0), dtype=M.dtype)
    return torch.matmul(R, M.transpose(0, 1)) * 2 / M.numel()


def gradient_step(X, M, learning_rate):
    new = X.clone()
    new -= learning_rate * gradient(X, M)
    return new


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = V * momentum + gradient(X, M)
    X_new = X - V_new * learning_rate
    return X_new, V_new
