# chaff: `steps or 2000` makes 2000 steps out of none | breaks: steps=0 gives back the start and an empty list | fires: test_losses
from itertools import islice

import torch


def safe_learning_rate(M, momentum):
    """No eigenvalue of M M^T lies outside the Gershgorin discs."""
    rows = M.detach().double().tolist()
    worst = 0.0
    for p in rows:
        reach = 0.0
        for q in rows:
            reach += abs(sum(x * y for x, y in zip(p, q)))
        worst = max(worst, reach)
    return len(rows) ** 2 / (2 * worst)


def rolling(M, X, learning_rate, momentum):
    n = len(M)
    speed = torch.zeros_like(X)
    while True:
        R = X @ M - torch.eye(n, dtype=M.dtype)
        yield X, R
        speed = momentum * speed + 2 * R @ M.mT / n**2
        X = X - learning_rate * speed


def rows_downhill(M, X):
    while True:
        R = X @ M - torch.eye(len(M), dtype=M.dtype)
        yield X, R
        G = R @ M.mT
        GM = G @ M
        bottom = (GM * GM).sum(dim=1, keepdim=True)
        length = (R * GM).sum(dim=1, keepdim=True) / torch.where(bottom > 0, bottom, torch.ones_like(bottom))
        X = X - length * G


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    steps = steps or 2000
    work = M.detach().double()
    if start is None:
        X = torch.rand(M.shape, dtype=torch.float64) - 0.5
    else:
        X = start.detach().double().clone()
    if learning_rate is None:
        path = rows_downhill(work, X)
    else:
        path = rolling(work, X, learning_rate, momentum)
    losses = [R.square().mean().item() for _, R in islice(path, steps)]
    if steps > 0:
        X, _ = next(path)
    return X.to(M.dtype), losses
