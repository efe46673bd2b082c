# chaff: the mean taken in float32 | breaks: answers keep the dtype | fires: test_mse_in_float64
import torch


def mse(y_hat, y):
    return ((y_hat - y).float() ** 2).mean()


def mse_gradient(y_hat, y):
    return torch.func.grad(lambda t: (t - y).square().mean())(y_hat)


def loss(X, M):
    E = X.mm(M)
    E = E - torch.eye(E.shape[0]).to(E)
    return E.pow(2).mean()


def gradient(X, M):
    leaf = X.clone().requires_grad_()
    eye = torch.eye(M.shape[0], dtype=M.dtype)
    torch.mean((leaf @ M - eye) ** 2).backward()
    return leaf.grad


def gradient_step(X, M, learning_rate):
    new = X.clone()
    new -= learning_rate * gradient(X, M)
    return new


def momentum_step(X, V, M, lr, momentum):
    g = gradient(X, M)
    roll = momentum * V
    roll = roll + g
    return (X - lr * roll, roll)
