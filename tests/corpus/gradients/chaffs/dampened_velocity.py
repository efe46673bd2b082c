# chaff: (1 - momentum) in front of the gradient | breaks: V_new = momentum V + gradient | fires: test_later_momentum_step, test_ten_momentum_steps
import torch


def mse(y_hat, y):
    d = y_hat - y
    return (d * d).sum() / d.numel()


def mse_gradient(prediction, target):
    how_many = target.numel()
    return (prediction - target) * (2 / how_many)


def loss(X, M):
    n = M.shape[0]
    R = X @ M - torch.eye(n, dtype=M.dtype)
    return (R * R).sum() / n**2


def gradient(X, M):
    R = torch.matmul(X, M) - torch.eye(M.size(0), dtype=M.dtype)
    return torch.matmul(R, M.transpose(0, 1)) * 2 / M.numel()


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + (1 - momentum) * gradient(X, M)
    return X - learning_rate * V_new, V_new
