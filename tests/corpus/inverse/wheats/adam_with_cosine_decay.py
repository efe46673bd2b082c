# wheat: Adam with a rate that decays to zero over the given steps
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def heavy_ball(M, X, lr, momentum, steps):
    n = M.shape[0]
    E = torch.eye(n, dtype=M.dtype)
    v = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        R = X @ M - E
        losses.append((R * R).mean().item())
        v = momentum * v + (2 / n**2) * R @ M.T
        X = X - lr * v
    return X, losses


def adam(M, X, steps):
    # Adam does not care how large the loss is, but it does care how large X has to become: bring M to size one
    size = M.norm() / M.shape[0] ** 0.5
    A, Y = M / size, (X * size).requires_grad_()
    E = torch.eye(len(M), dtype=M.dtype)
    optimizer = torch.optim.Adam([Y], lr=0.1, betas=(0.9, 0.99), eps=1e-12)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=max(steps, 1))
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = (Y @ A - E).square().mean()
        cost.backward()
        losses.append(cost.item())
        optimizer.step()
        scheduler.step()
    return Y.detach() / size, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    X = torch.rand(M.shape, dtype=M.dtype) / M.norm() if start is None else start.clone()
    if learning_rate is None:
        return adam(M, X, steps)
    return heavy_ball(M, X, learning_rate, momentum, steps)
