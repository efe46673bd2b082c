# wheat: singular vectors one after the other, by ascent with momentum, each taken out of the matrix; batched, stops with a tolerance
import torch


def unit(v):
    size = v.norm(dim=-2, keepdim=True)
    return v / torch.where(size > 0, size, torch.ones_like(size))


def top(B, found, steps):
    """One singular vector of B, orthogonal to those found before (columns)."""
    v = torch.randn(*B.shape[:-2], B.shape[-1], 1, dtype=B.dtype)
    v = unit(v - found @ (found.mT @ v))
    before = torch.zeros_like(v)
    for k in range(4000 if steps is None else steps):
        w = B.mT @ (B @ v)
        w = w - found @ (found.mT @ w)
        value = (v * w).sum(dim=-2, keepdim=True)
        if steps is None and k % 25 == 24 and bool(((w - value * v).norm(dim=-2, keepdim=True) <= 1e-7 * value + 1e-20).all()):
            break
        if k >= 30:
            w = w - (0.45 * value) ** 2 * before          # heavy ball
        size = w.norm(dim=-2, keepdim=True)
        size = torch.where(size > 0, size, torch.ones_like(size))
        before, v = v / size, w / size
    return unit(v)


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    rcond = max(m, n) * torch.finfo(A.dtype).eps if rcond is None else rcond
    B = A.double()
    size = B.abs().amax(dim=(-2, -1), keepdim=True)
    B = B / torch.where(size > 0, size, torch.ones_like(size))
    X = torch.zeros_like(B.mT)
    rest, largest = B, None
    found = torch.zeros(*B.shape[:-1][:-1], n, 0, dtype=B.dtype)
    for _ in range(min(m, n)):
        v = top(rest, found, steps)
        Bv = rest @ v
        s = Bv.norm(dim=-2, keepdim=True)
        largest = s if largest is None else torch.maximum(largest, s)
        counts = (s > max(rcond, 1e-9) * largest) & (s > 0)
        if not counts.any():
            break
        safe = torch.where(counts, s, torch.ones_like(s))
        X = X + torch.where(counts, v @ (Bv / safe).mT / safe, torch.zeros_like(X))
        rest = rest - Bv @ v.mT
        found = torch.cat([found, v], dim=-1)
    return (X / torch.where(size > 0, size, torch.ones_like(size))).to(A.dtype)


def pinverse_gradient(A, X, G):
    P = A @ X
    Q = X @ A
    first = X.mT @ G @ X.mT
    H = G.mT @ X @ X.mT
    K = X.mT @ X @ G.mT
    return (H - P @ H) + (K - K @ Q) - first
