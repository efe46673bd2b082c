# chaff: gradient taken ahead of X, as Nesterov does | breaks: the gradient at X | fires: test_later_momentum_step
import torch


def mse(y_hat, y):
    return ((y_hat - y) ** 2).mean()


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y) / y_hat.numel()


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    I = torch.eye(M.shape[0], dtype=M.dtype)  # noqa: E741
    return mse_gradient(X @ M, I) @ M.T


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    ahead = X - learning_rate * momentum * V
    V_new = momentum * V + gradient(ahead, M)
    return X - learning_rate * V_new, V_new
