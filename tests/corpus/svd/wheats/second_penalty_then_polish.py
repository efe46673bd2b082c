# wheat: the tutorial's penalty with autograd as a rough start, then a Jacobi polish; steps are shared by both
import functools
import itertools
import math

import torch


def transposable(function):
    """Decorator: wide matrices are decomposed lying on their side."""

    @functools.wraps(function)
    def wrapper(M, *args, **kwargs):
        if M.size(0) >= M.size(1):
            return function(M, *args, **kwargs)
        U, S, V, losses = function(M.t(), *args, **kwargs)
        return V, S, U, losses

    return wrapper


def penalty(V, A):
    """Off-diagonal products of the images, plus the price of leaving the right angles."""
    W = A @ V
    G = W.T @ W
    I = torch.eye(len(V), dtype=V.dtype)
    return (G - torch.diag(G.diagonal())).square().mean() + (V.T @ V - I).square().mean()


@transposable
def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None, rough_updates=60):
    A = M.detach().double()
    biggest = A.norm()
    A = A / biggest if biggest > 0 else A
    m, n = A.shape
    left = 10**9 if steps is None else steps

    # 1. roughly: gradient descent with momentum on V, entries unconstrained
    losses = []
    V = torch.eye(n, dtype=torch.float64, requires_grad=True)
    velocity = torch.zeros_like(V)
    for _ in range(min(rough_updates, left)):
        value = penalty(V, A)
        (slope,) = torch.autograd.grad(value, V)
        losses.append(value.item())
        if not math.isfinite(losses[-1]) or losses[-1] < 1e-20:
            break
        velocity = momentum * velocity + slope
        with torch.no_grad():
            V -= (learning_rate or 0.1) * velocity
        left -= 1
    V = V.detach()
    if not torch.isfinite(V).all():
        V = torch.eye(n, dtype=torch.float64)
    losses = [value for value in losses if math.isfinite(value)] or [0.0]

    # 2. right angles back, exactly
    V, _ = torch.linalg.qr(V)
    W = A @ V

    # 3. polish: pairs of columns are turned until nothing is left to turn
    pairs = list(itertools.combinations(range(n), 2))
    for _ in range(40):
        quiet = True
        for pair in pairs:
            if left <= 0:
                break
            x, y = W[:, pair].unbind(1)
            p, a, b = (x @ y).item(), (x @ x).item(), (y @ y).item()
            left -= 1
            if abs(p) <= 1e-12 * math.sqrt(a * b) or min(a, b) <= 1e-18:
                continue
            quiet = False
            zeta = (b - a) / (2 * p)
            t = math.copysign(1.0, zeta) / (abs(zeta) + math.hypot(1.0, zeta))  # the smaller angle
            c = 1 / math.hypot(1.0, t)
            turn = torch.tensor([[c, c * t], [-c * t, c]], dtype=torch.float64)
            W[:, pair] = W[:, pair] @ turn
            V[:, pair] = V[:, pair] @ turn
        gram = W.T @ W
        losses.append((gram - torch.diag(gram.diagonal())).square().mean().item())
        if quiet or left <= 0:
            break

    S, order = torch.sort(W.norm(dim=0), descending=True)
    V, W = V[:, order], W[:, order]
    rank = int((S > 1e-6 * S[0]).sum()) if S[0] > 0 else 0
    U = torch.zeros(m, n, dtype=torch.float64)
    U[:, :rank] = W[:, :rank] / S[:rank]
    if rank < n:
        filler = torch.cat([U[:, :rank], torch.eye(m, dtype=torch.float64)], dim=1)
        Q, _ = torch.linalg.qr(filler)  # the first columns are spanned by those of U already
        U[:, rank:] = Q[:, rank:n]
    return U.to(M.dtype), (S * biggest).to(M.dtype), V.to(M.dtype), losses
