# wheat: torch.autograd.grad in a loop, velocity in units of X (the rate inside it)
import torch


def safe_learning_rate(M, momentum=0.9):
    n = len(M)
    a = torch.max(torch.sum(torch.abs(M), 0))
    b = torch.max(torch.sum(torch.abs(M), 1))
    return float((1 + momentum) * n**2 / (2 * a * b))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    eye = torch.eye(n).to(M)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.randn(n, n).to(M) / n if start is None else start.detach().clone()
    move = 0
    history = []
    for _ in range(steps):
        x.requires_grad_()
        value = torch.mean(torch.square(x @ M - eye))
        (slope,) = torch.autograd.grad(value, x)
        history.append(value.item())
        move = momentum * move - learning_rate * slope
        x = x.detach() + move
    return x.detach(), history
