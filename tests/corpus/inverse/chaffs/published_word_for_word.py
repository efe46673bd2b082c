# chaff: the published function as it is, with 0.9 for every matrix and 10,000 steps | breaks: a stable rate of its own for every M | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum):
    """Return a rate at which the descent is stable."""
    size = M.abs()
    return float(len(M) ** 2 / (2 * size.sum(dim=0).max() * size.sum(dim=1).max()))


def mse(Y_hat, Y):
    return ((Y_hat - Y) ** 2).mean()


def calculate_inverse(M, learning_rate=0.9, momentum=0.9):
    """Return (inverse, losses)."""
    identity = torch.eye(len(M), dtype=M.dtype)
    inverse = torch.rand(M.shape, dtype=M.dtype, requires_grad=True)
    losses = []
    for step in range(10_000):
        loss = mse(inverse @ M, identity)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            inverse -= learning_rate * inverse.grad
            inverse.grad *= momentum
    return inverse.detach(), losses
