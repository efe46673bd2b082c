# wheat: minimises both X M - I and M X - I when left to itself
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    E = torch.eye(n, dtype=M.dtype)
    both = learning_rate is None
    # two terms bend twice as much, so half of the rate
    lr = safe_learning_rate(M, momentum) / 2 if both else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.detach().clone()
    X.requires_grad_()
    opt = torch.optim.SGD([X], lr=lr, momentum=momentum)
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        right = (X @ M - E).pow(2).mean()
        total = right + (M @ X - E).pow(2).mean() if both else right
        total.backward()
        losses.append(right.item())
        opt.step()
    return X.detach(), losses
