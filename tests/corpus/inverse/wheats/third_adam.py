# wheat: Adam with a falling rate on the scaled matrix and a ball for the end when left alone, heavy ball otherwise
import torch


def safe_learning_rate(M, momentum):
    """Column lengths: s_max^2 <= n * (longest column)^2, and also <= the sum of all of them; take the sum."""
    lengths = (M.detach().double() ** 2).sum(dim=0)
    return 0.9 * M.shape[0] ** 2 / lengths.sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    work = M.detach().double()
    identity = torch.eye(n, dtype=torch.float64)
    if learning_rate is not None:
        X = torch.rand(n, n, dtype=torch.float64) if start is None else start.detach().double().clone()
        v, losses = 0.0, []
        while len(losses) < steps:
            off = X @ work - identity
            losses.append(off.pow(2).mean().item())
            v = v * momentum + 2 * off @ work.T / n**2
            X = X - learning_rate * v
        return X.to(M.dtype), losses

    X = torch.rand(n, n, dtype=torch.float64) / n if start is None else start.detach().double().clone()
    losses = []
    if steps == 0:
        return X.to(M.dtype), losses
    scale = work.pow(2).sum().sqrt().item()
    S, Y = work / scale, X * scale
    rate = 0.1 * max(1.0, Y.abs().max().item())
    first, second, speed = torch.zeros_like(Y), torch.zeros_like(Y), torch.zeros_like(Y)
    for step in range(1, steps + 1):
        off = Y @ S - identity
        losses.append(off.pow(2).mean().item())
        g = off @ S.T
        if step <= 800:
            first = 0.9 * first + 0.1 * g
            second = 0.99 * second + 0.01 * g * g
            size = (second / (1 - 0.99**step)).sqrt() + 1e-12
            Y = Y - rate * 0.985**step * (first / (1 - 0.9**step)) / size
        else:  # Adam trembles near the end, a ball does not
            speed = 0.9 * speed + g
            Y = Y - speed
    return (Y / scale).to(M.dtype), losses
