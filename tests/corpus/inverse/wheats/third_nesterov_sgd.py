# wheat: torch.optim.SGD when a rate is given, hand-made Nesterov when left alone; the rate makes use of the momentum
import torch


def safe_learning_rate(M, momentum):
    A = M.detach().double()
    by_norms = A.abs().sum(0).max() * A.abs().sum(1).max()
    by_squares = (A**2).sum()
    bound = min(by_norms.item(), by_squares.item())
    return (1 + momentum) * A.shape[0] ** 2 / (2 * bound)


def _error(X, M):
    return ((X @ M - torch.eye(M.shape[0], dtype=M.dtype)) ** 2).mean()


def _given_rate(M, X, lr, momentum, steps):
    X = torch.nn.Parameter(X)
    optimizer = torch.optim.SGD([X], lr=1.0, momentum=momentum)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        error = _error(X, M)
        error.backward()
        losses.append(error.item())
        X.grad.mul_(lr)  # SGD wants a rate that is not negative; the velocity takes up the factor
        optimizer.step()
    return X.detach(), losses


def _own_choice(M, X, steps):
    n = M.shape[0]
    lr = safe_learning_rate(M, 0.0)
    eye = torch.eye(n, dtype=M.dtype)
    previous = X
    losses = []
    for _ in range(steps):
        losses.append(_error(X, M).item())
        ahead = X + 0.9 * (X - previous)
        previous = X
        X = ahead - lr * 2 / n**2 * (ahead @ M - eye) @ M.mT
    return X, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    M = M.detach()
    X = torch.rand_like(M) if start is None else start.detach().to(M.dtype).clone()
    if learning_rate is None:
        return _own_choice(M, X, steps)
    with torch.enable_grad():
        return _given_rate(M, X, learning_rate, momentum, steps)
