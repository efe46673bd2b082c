# wheat: autograd with backward() on leaf copies, no formula at all
import torch


def mse(y_hat, y):
    return torch.nn.functional.mse_loss(y_hat, y)


def mse_gradient(y_hat, y):
    leaf = y_hat.detach().clone().requires_grad_(True)
    mse(leaf, y).backward()
    return leaf.grad


def loss(X, M):
    target = torch.eye(M.shape[0], dtype=M.dtype)
    return mse(X @ M, target)


def gradient(X, M):
    leaf = X.detach().clone().requires_grad_(True)
    loss(leaf, M).backward()
    return leaf.grad


def gradient_step(X, M, learning_rate):
    step = learning_rate * gradient(X, M)
    return X - step


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = momentum * V + gradient(X, M)
    X_new = X - learning_rate * V_new
    return X_new, V_new
