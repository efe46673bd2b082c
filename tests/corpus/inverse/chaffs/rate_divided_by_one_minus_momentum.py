# chaff: limit taken as 2 / (1 - momentum) instead of 2 (1 + momentum) | breaks: safe rate for every momentum | fires: test_rate_is_stable_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    bound = M.abs().sum(0).max() * M.abs().sum(1).max()
    return (n**2 / (2 * bound)).item() / (1 - momentum)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = (torch.rand(n, n, dtype=M.dtype) if start is None else start).clone().requires_grad_()
    opt = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        err = (X @ M - torch.eye(n, dtype=M.dtype)).square().mean()
        err.backward()
        opt.step()
        losses.append(err.item())
    return X.detach(), losses
