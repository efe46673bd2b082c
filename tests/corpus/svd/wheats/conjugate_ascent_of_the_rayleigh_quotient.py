# wheat: conjugate gradient ascent of the Rayleigh quotient, best point of a plane in closed form, deflation by projection
import math

import torch


def best_in_plane(G, v, p):
    """Unit vector of span(v, p) with the largest Rayleigh quotient; v and p are orthonormal."""
    a = (v @ G @ v).item()
    b = (v @ G @ p).item()
    d = (p @ G @ p).item()
    angle = 0.5 * math.atan2(2 * b, a - d)
    return math.cos(angle), math.sin(angle)


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    if m < n:
        V, S, U, losses = calculate_svd(M.T, learning_rate, momentum, steps)
        return U, S, V, losses
    A = M.double()
    G = A.T @ A
    Q = torch.zeros(n, 0, dtype=A.dtype)
    losses = []
    total = G.trace().item()
    for i in range(n):
        v = torch.randn(n, dtype=A.dtype)
        v = v - Q @ (Q.T @ v)
        v = v / v.norm()
        p = None
        for t in range(10 * n + 20 if steps is None else steps):
            g = G @ v
            value = (v @ g).item()
            g = g - value * v
            g = g - Q @ (Q.T @ g)
            size = g.norm().item()
            losses.append(-value)
            if size <= 3e-7 * value + 1e-14 * total:
                break
            if p is None or t % n == 0:
                d = g
            else:
                d = g + (size / before) ** 2 * p
            before = size
            d = d - Q @ (Q.T @ d)
            d = d - (v @ d) * v
            d = d / d.norm()
            c, s = best_in_plane(G, v, d)
            v, p = c * v + s * d, (c * d - s * v) * size
            v = v - Q @ (Q.T @ v)
            v = v / v.norm()
        Q = torch.cat([Q, v[:, None]], dim=1)
    lengths = (A @ Q).norm(dim=0)
    Q = Q[:, lengths.argsort(descending=True)]
    U, R = torch.linalg.qr(A @ Q)
    S = torch.diagonal(R)
    U = U * torch.where(S < 0, -1.0, 1.0).to(A.dtype)
    S, order = S.abs().sort(descending=True)
    return U[:, order].to(M.dtype), S.to(M.dtype), Q[:, order].to(M.dtype), losses or [0.0]
