# wheat: nonlinear conjugate gradients (Polak-Ribiere) with autograd when left to itself
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.pow(2).sum().item())


def evaluate(X, M):
    X = X.detach().requires_grad_()
    value = (X @ M - torch.eye(M.shape[0], dtype=M.dtype)).pow(2).mean()
    value.backward()
    return value.item(), X.grad


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    direction, old = torch.zeros_like(X), None
    losses = []
    for _ in range(steps):
        value, G = evaluate(X, M)
        losses.append(value)
        if learning_rate is None:
            beta = 0.0
            if old is not None and (old * old).sum() > 0:
                beta = max(0.0, ((G * (G - old)).sum() / (old * old).sum()).item())
            direction = beta * direction - G
            bend = 2 * (direction @ M).pow(2).sum().item() / n**2
            length = -(G * direction).sum().item() / bend if bend > 0 else 0.0
            X, old = X + length * direction, G
        else:
            direction = momentum * direction - G
            X = X + learning_rate * direction
    return X, losses
