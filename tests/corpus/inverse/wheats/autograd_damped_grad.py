# wheat: backward() with the velocity living in X.grad, as the notebook tells it
import torch


def mse(Y_hat, Y):
    return ((Y_hat - Y) ** 2).mean()


def loss(X, M):
    return mse(X @ M, torch.eye(len(M), dtype=M.dtype))


def safe_learning_rate(M, momentum):
    """Frobenius norm: s_max^2 <= sum of all squares. Momentum raises the limit."""
    M = M.detach().double()
    return float(0.8 * (1 + momentum) * len(M) ** 2 / (M * M).sum())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    if start is None:
        start = torch.randn(M.shape, dtype=M.dtype) / M.norm()
    X = start.detach().clone().to(M.dtype).requires_grad_(True)
    losses = []
    for step in range(steps):
        if X.grad is not None:
            X.grad *= momentum          # not zero_(): keep a part of the speed
        l = loss(X, M)
        l.backward()
        losses.append(l.item())
        with torch.no_grad():
            X -= learning_rate * X.grad
    return X.detach(), losses
