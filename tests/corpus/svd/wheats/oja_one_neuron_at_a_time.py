# wheat: Oja's rule, a neuron after the other, rate from the Rayleigh quotient; a named tuple comes back
from collections import namedtuple

import torch

SVD = namedtuple("SVD", ["U", "S", "V", "losses"])


def orthogonal(x, Q):
    if Q:
        Q = torch.stack(Q)
        x = x - (Q @ x) @ Q
        x = x - (Q @ x) @ Q
    return x / x.norm()


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    X = M.double()
    m, n = X.shape
    zero = 1e-6 * X.norm()
    us, vs, sizes, losses = [], [], [], []
    for _ in range(min(m, n)):
        w = orthogonal(torch.randn(n, dtype=X.dtype), vs)
        for i in range(500 if steps is None else steps):
            y = X @ w
            power = y @ y
            if power.sqrt() <= zero:
                break
            h = X.T @ y
            delta = h - power * w  # Oja
            new = orthogonal(w + 1.3 / power * delta, vs)
            change = (new - w).abs().max()
            w = new
            if change < 3e-7 and i > 5:
                break
        y = X @ w
        s = y.norm()
        if s <= zero:
            s = torch.zeros_like(s)
            y = torch.randn(m, dtype=X.dtype)
        us.append(orthogonal(y, us))
        vs.append(w)
        sizes.append(s)
        losses.append(float(X.square().sum() - sum(t * t for t in sizes)))
    order = sorted(range(len(sizes)), key=lambda i: -sizes[i].item())
    U = torch.stack([us[i] for i in order], dim=1)
    V = torch.stack([vs[i] for i in order], dim=1)
    S = torch.stack([sizes[i] for i in order])
    return SVD(U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses)
