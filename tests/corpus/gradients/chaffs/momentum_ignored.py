# chaff: momentum forgotten (right for momentum 0 or V = 0) | breaks: momentum times V | fires: test_later_momentum_step
import torch


def mse(y_hat, y):
    # mean of the squared differences
    return torch.pow(y_hat - y, 2).mean()


def mse_gradient(y_hat, y):
    leaf = y_hat.clone().requires_grad_()
    ((leaf - y) ** 2).mean().backward()
    return leaf.grad


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
    V_new = gradient(X, M)
    return X - learning_rate * V_new, V_new
