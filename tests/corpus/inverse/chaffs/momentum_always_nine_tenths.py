# chaff: 0.9 written into the loop instead of the argument | breaks: heavy ball with the given momentum | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max())).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.rand(M.shape, dtype=M.dtype) if start is None else 1.0 * start
    X.requires_grad_(True)
    losses = []
    for _ in range(steps):
        cost = torch.mean((X @ M - torch.eye(n, dtype=M.dtype)) ** 2)
        losses.append(cost.item())
        cost.backward()
        with torch.no_grad():
            X -= learning_rate * X.grad
        X.grad *= 0.9
    return X.detach(), losses
