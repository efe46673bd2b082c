# chaff: a square root at the end | breaks: mse is a mean of squares | fires: test_mse_of_numbers, test_mse_of_vectors, test_mse_of_matrices
import torch


def mse(y_hat, y):
    return torch.sqrt(torch.mean((y_hat - y) ** 2))


def mse_gradient(y_hat, y):
    d = y_hat - y
    return d.mul(2).div(d.numel())


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    leaf = X.clone().requires_grad_()
    eye = torch.eye(M.shape[0], dtype=M.dtype)
    torch.mean((leaf @ M - eye) ** 2).backward()
    return leaf.grad


def gradient_step(X, M, learning_rate):
    direction = -gradient(X, M)
    return X + learning_rate * direction


def momentum_step(X, V, M, learning_rate, momentum):
    V = momentum * V + gradient(X, M)
    return X - learning_rate * V, V
