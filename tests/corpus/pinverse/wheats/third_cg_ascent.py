# wheat: deflation for the whole batch at once, where the ascent for a singular vector uses conjugate directions
import torch


def _unit(v):
    return v / v.norm(dim=-2, keepdim=True).clamp_min(1e-150)


def _climb(B, v, steps):
    """Maximise v^T B v over unit vectors; each update is the best turn in the plane of v and the search direction."""
    p = torch.zeros_like(v)
    last = before = None
    for k in range(600 if steps is None else steps):
        Bv = B @ v
        rho = (v * Bv).sum(dim=-2, keepdim=True)
        g = Bv - rho * v
        gg = (g * g).sum(dim=-2, keepdim=True)
        if steps is None and bool((gg <= 1e-22 * rho**2).all()):
            break
        beta = 0.0
        if k % 12:
            beta = ((g * (g - before)).sum(dim=-2, keepdim=True) / last.clamp_min(1e-250)).clamp(0.0, 10.0)
        last, before = gg, g
        p = g + beta * p
        p = p - v * (v * p).sum(dim=-2, keepdim=True)
        d = _unit(p)
        Bd = B @ d
        b = (v * Bd).sum(dim=-2, keepdim=True)
        c = (d * Bd).sum(dim=-2, keepdim=True)
        angle = 0.5 * torch.atan2(2 * b, rho - c)
        v = _unit(torch.cos(angle) * v + torch.sin(angle) * d)
    return v


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-10)
    M = A.detach().double()
    size = M.abs().amax(dim=(-2, -1), keepdim=True)
    size = torch.where(size == 0, 1.0, size)
    M = M / size
    rest = M
    X = torch.zeros_like(M.mT)
    s_max = None
    for _ in range(min(m, n)):
        v = _unit(rest.mT @ torch.randn(*A.shape[:-2], m, 1, dtype=torch.float64))
        v = _climb(rest.mT @ rest, v, steps)
        u = rest @ v
        s = u.norm(dim=-2, keepdim=True)
        s_max = s if s_max is None else s_max
        counts = s > rcond * s_max
        X = X + torch.where(counts, v @ u.mT / torch.where(counts, s, 1.0) ** 2, 0.0)
        rest = torch.where(counts, rest - u @ v.mT, 0.0)
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    H = G.mT @ X @ X.mT
    K = X.mT @ X @ G.mT
    answer = H + K - X.mT @ G @ X.mT
    answer = answer - A @ (X @ H)
    answer = answer - (K @ X) @ A
    return answer.to(A.dtype)
