# chaff: a single matrix is made a batch of one and squeezed at the end, and so is a real batch of one | breaks: shape (*, n, m) for a batch of shape (*, m, n) with one matrix | fires: test_batches
import torch
import math


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    B = A.double()
    if B.ndim == 2:
        B = B.unsqueeze(0)
    size = B.abs().amax(dim=(-2, -1), keepdim=True)
    size = torch.where(size > 0, size, torch.ones_like(size))
    B = B / size
    rest, X, largest = B, torch.zeros_like(B.mT), None
    for _ in range(min(m, n)):
        v = torch.randn(*B.shape[:-2], n, 1, dtype=B.dtype)
        v = v / v.norm(dim=-2, keepdim=True)
        for _ in range(1000 if steps is None else steps):
            g = rest.mT @ (rest @ v)
            v = g / g.norm(dim=-2, keepdim=True).clamp_min(1e-300)
        u = rest @ v
        s = u.norm(dim=-2, keepdim=True)
        if largest is None:
            largest = s
        part = v @ u.mT / s.square().clamp_min(1e-60)
        X = X + torch.where(s > max(rcond, 1e-7) * largest, part, torch.zeros_like(part))
        rest = rest - u @ v.mT
    return (X / size).squeeze(0).to(A.dtype)


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    left = torch.eye(m, dtype=A.dtype) - A @ X
    right = torch.eye(n, dtype=A.dtype) - X @ A
    Xt, Gt = X.mT, G.mT
    return -Xt @ G @ Xt + left @ Gt @ X @ Xt + Xt @ X @ Gt @ right
