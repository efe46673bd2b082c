# wheat: the loss as least squares in vec(X) with a Kronecker product
import torch


def mse(y_hat, y):
    d = (y_hat - y).reshape(-1)
    return d @ d / d.shape[0]


def mse_gradient(y_hat, y):
    d = y_hat - y
    return (d + d) / d.nelement()


def _system(M):
    # vec of X M, row by row, is (I kron M') vec(X)
    I = torch.eye(M.shape[0], dtype=M.dtype)
    return torch.kron(I, M.T.contiguous()), I.reshape(-1)


def loss(X, M):
    K, target = _system(M)
    return mse(K @ X.reshape(-1), target)


def gradient(X, M):
    K, target = _system(M)
    return (K.T @ mse_gradient(K @ X.reshape(-1), target)).reshape(X.shape)


def gradient_step(X, M, learning_rate):
    return X + (-learning_rate) * gradient(X, M)


def momentum_step(X, V, M, learning_rate, momentum):
    both = torch.stack([torch.zeros_like(X), momentum * V + gradient(X, M)])
    return X - learning_rate * both[1], both[1]
