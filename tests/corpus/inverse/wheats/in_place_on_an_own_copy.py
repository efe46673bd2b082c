# wheat: in-place updates on an own copy, preallocated buffers
import torch


@torch.no_grad()
def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2.0 * M.abs().sum(dim=-1).max().item() * M.abs().sum(dim=-2).max().item())


@torch.no_grad()
def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else float(learning_rate)
    X = torch.empty(n, n, dtype=M.dtype)
    if start is None:
        X.normal_(std=1 / n)
    else:
        X.copy_(start)
    velocity = torch.zeros_like(X)
    R = torch.empty_like(X)
    G = torch.empty_like(X)
    losses = []
    for _ in range(steps):
        torch.matmul(X, M, out=R)
        R.diagonal().sub_(1.0)
        losses.append(R.square().mean().item())
        torch.matmul(R, M.T, out=G)
        velocity *= momentum
        velocity.add_(G, alpha=2 / n**2)
        X.sub_(velocity, alpha=lr)
    return X, losses
