# wheat: torch LBFGS with max_iter=1 (one gradient a step) if no rate is given, float64 inside
import torch


def safe_learning_rate(M, momentum):
    n = M.shape[0]
    bound = torch.linalg.norm(M.double(), 1) * torch.linalg.norm(M.double(), float("inf"))
    return (0.9 * n * n / bound).item()


def _heavy_ball(M, X, lr, momentum, steps):
    n, losses = len(M), []
    eye = torch.eye(n, dtype=M.dtype)
    velocity = torch.zeros_like(X)
    for _ in range(steps):
        error = X @ M - eye
        losses.append(error.square().mean().item())
        velocity = velocity * momentum + error @ M.mT * (2 / (n * n))
        X = X - velocity * lr
    return X, losses


def _lbfgs(M, X, steps):
    n = len(M)
    size = M.abs().sum(0).max() * M.abs().sum(1).max()
    size = size.sqrt()
    B = M / size
    eye = torch.eye(n, dtype=M.dtype)
    Y = (X * size).clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS([Y], lr=1.0, max_iter=1, history_size=10, tolerance_grad=1e-12, tolerance_change=0)
    losses = []
    for _ in range(steps):
        def closure():
            optimizer.zero_grad()
            value = 0.5 * (Y @ B - eye).square().sum()
            value.backward()
            return value
        value = optimizer.step(closure)
        losses.append(2 * value.item() / n**2)
    return Y.detach() / size, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    M64 = M.detach().double()
    X = torch.rand(*M.shape).double() / M64.norm() if start is None else start.detach().double().clone()
    if learning_rate is None:
        X, losses = _lbfgs(M64, X, steps)
    else:
        X, losses = _heavy_ball(M64, X, learning_rate, momentum, steps)
    return X.to(M.dtype), losses
