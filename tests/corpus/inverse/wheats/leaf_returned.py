# wheat: returns the leaf itself, which still requires a gradient
import torch


def safe_learning_rate(M, momentum):
    n = len(M)
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    X = (torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()).requires_grad_()
    I, losses = torch.eye(n, dtype=M.dtype), []
    for _ in range(steps):
        loss = ((X @ M - I) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            X -= lr * X.grad
            X.grad *= momentum
    return X, losses
