# chaff: not divided by the number of entries | breaks: the derivative of mse | fires: test_derivative_of_vectors, test_derivative_of_matrices
import torch


def mse(prediction, target):
    error = target - prediction
    return torch.mean(error.square())


def mse_gradient(y_hat, y):
    return 2 * (y_hat - y)


def loss(X, M):
    I = torch.eye(M.shape[1], dtype=X.dtype)  # noqa: E741
    return torch.square(torch.matmul(X, M) - I).mean()


def gradient(X, M):
    leaf = X.clone().requires_grad_()
    eye = torch.eye(M.shape[0], dtype=M.dtype)
    torch.mean((leaf @ M - eye) ** 2).backward()
    return leaf.grad


def gradient_step(X, M, lr):
    return torch.sub(X, gradient(X, M), alpha=lr)


def momentum_step(X, V, M, learning_rate, momentum):
    V_new = V * momentum + gradient(X, M)
    X_new = X - V_new * learning_rate
    return X_new, V_new
