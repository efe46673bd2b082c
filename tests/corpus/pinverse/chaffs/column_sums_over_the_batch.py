# chaff: one norm of the step bound is A.abs().sum(0), for a batch the sum over the matrices and not over the rows | breaks: each matrix of a batch needs its own step | fires: test_batches_of_different_scale
import math

import torch


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    rcond = max(m, n) * torch.finfo(A.dtype).eps if rcond is None else rcond
    rcond = max(rcond, 1e-6)
    B = A.to(torch.float64)
    columns = B.abs().sum(0).max() if B.numel() else B.sum()
    rows = B.abs().sum(-1).amax(-1)[..., None, None]
    step = columns * rows
    size = torch.where(step > 0, step, torch.ones_like(step)).sqrt()
    B = B / size
    # the largest singular value, for the cutoff
    v = torch.rand(*B.shape[:-2], n, 1, dtype=B.dtype)
    for _ in range(150):
        v = B.mT @ (B @ v)
        v = v / v.norm(dim=-2, keepdim=True).clamp_min(1e-200)
    top = (B @ v).norm(dim=-2, keepdim=True)
    top = torch.where(top > 0, top, torch.ones_like(top))
    t, back = 0.5, 0
    while t > rcond**2:
        t, back = t / (1 + math.sqrt(1 - t)), back + 1
    P = (B / top).mT @ (B / top) * (t / rcond**2)
    for k in range(back + 20):
        P = 2 * P - P @ P if k < back else P @ P @ (3 * torch.eye(n, dtype=P.dtype) - 2 * P)
    B = B @ P
    X, V = torch.zeros_like(B.mT), torch.zeros_like(B.mT)
    I = torch.eye(m, dtype=B.dtype)
    for _ in range(2000 if steps is None else steps):
        V = 0.9 * V + B.mT @ (B @ X - I)
        X = X - V
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    H, K = G.mT @ X @ X.mT, X.mT @ X @ G.mT
    return H - A @ X @ H + K - K @ X @ A - X.mT @ G @ X.mT
