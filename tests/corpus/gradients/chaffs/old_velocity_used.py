# chaff: X moves with the old velocity | breaks: X_new uses V_new | fires: test_first_momentum_step, test_later_momentum_step
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


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


def gradient_step(X, M, lr):
    return torch.sub(X, gradient(X, M), alpha=lr)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + gradient(X, M)
    return X - learning_rate * V, V_new
