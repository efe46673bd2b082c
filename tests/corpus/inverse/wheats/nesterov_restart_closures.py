# wheat: Nesterov with gradient restart via closures if no rate is given, heavy ball if one is
import torch


def safe_learning_rate(M, momentum):
    """A few power steps give s_max from below; a norm from above: stay under the norm bound."""
    A = M.to(torch.float64)
    above = min((A.mT @ A).abs().sum(0).max().item(), A.pow(2).sum().item())
    return 0.95 * A.shape[0] ** 2 / above


def make_gradient(M, losses):
    n = M.shape[0]
    target = torch.eye(n, dtype=M.dtype)

    def gradient(X, record=True):
        E = X @ M - target
        if record:
            losses.append(float(E.pow(2).mean()))
        return 2.0 / n**2 * E @ M.mT

    return gradient


def make_heavy_ball(gradient, rate, momentum):
    speed = 0.0

    def update(X):
        nonlocal speed
        speed = momentum * speed + gradient(X)
        return X - rate * speed

    return update


def make_nesterov(gradient, rate):
    before, age = None, 0

    # Here X is the extrapolated point: the one gradient of a step is taken there.
    def update(X):
        nonlocal before, age
        g = gradient(X)
        walked = X - rate * g
        if before is None:
            before = walked
            return walked
        if torch.sum(g * (walked - before)) > 0:
            age = 0
        age += 1
        further = walked + (age / (age + 3)) * (walked - before)
        before = walked
        return further

    return update


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    losses = []
    A = M.to(torch.float64)
    gradient = make_gradient(A, losses)
    if learning_rate is None:
        update = make_nesterov(gradient, safe_learning_rate(A, 0) / 2)
    else:
        update = make_heavy_ball(gradient, learning_rate, momentum)
    X = torch.randn_like(A) / A.norm() if start is None else start.to(torch.float64, copy=True)
    for _ in range(steps):
        X = update(X)
    return X.to(M.dtype), losses
