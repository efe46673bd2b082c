# chaff: halves the rate whenever the loss rises | breaks: heavy ball with the given rate (the loss may rise) | fires: test_losses_with_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (4 * (M * M).sum().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    given = learning_rate is not None
    if not given:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    V = torch.zeros_like(x)
    losses = []
    for j in range(steps):
        r = x @ M - torch.eye(n, dtype=M.dtype)
        losses.append(r.pow(2).mean().item())
        if given and j > 0 and losses[j] > losses[j - 1]:
            learning_rate = learning_rate / 2
        V = momentum * V + 2 / n**2 * r @ M.T
        x = x - learning_rate * V
    return x, losses
