# wheat: first the projection onto the rows that count, then a heavy ball from zero on the cleaned matrix
import math

import torch


def biggest(A):
    v = torch.randn(A.shape[:-2] + (A.shape[-1], 1), dtype=A.dtype)
    for _ in range(150):
        v = torch.nn.functional.normalize(A.mT @ (A @ v), dim=-2, eps=1e-200)
    return torch.linalg.vector_norm(A @ v, dim=-2, keepdim=True)


def safe_division(A, by):
    return A / by.where(by > 0, torch.ones_like(by))


def calculate_pinverse(A, rcond=None, steps=None):
    if rcond is None:
        rcond = max(A.shape[-1], A.shape[-2]) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-7)
    work = A.detach().to(torch.float64)
    top = work.abs().amax((-1, -2), keepdim=True)
    work = safe_division(work, top)
    sigma = biggest(work)
    work = safe_division(work, sigma)

    golden = (3 - math.sqrt(5)) / 2
    t, up = golden, 0
    while t > rcond**2:
        t = 1 - math.sqrt(1 - t) if t > 1e-3 else t / (1 + math.sqrt(1 - t))
        up += 1
    P = (t / rcond**2) * work.mT @ work
    X = torch.zeros_like(work.mT)
    speed = torch.zeros_like(X)
    eye = torch.eye(work.shape[-2], dtype=torch.float64)
    sharpen = up + 15
    for k in range(sharpen + 600 if steps is None else steps):
        if k < sharpen:
            P = 2 * P - P @ P
            if k >= up:
                P = P @ P
            continue
        if k == sharpen:
            clean = work @ P
        speed = 0.9 * speed + clean.mT @ (clean @ X - eye)
        X = X - speed
    return safe_division(safe_division(X, sigma), top).to(A.dtype)


def pinverse_gradient(A, X, G):
    """Let PyTorch turn the formula for dX round: it is linear in dA."""
    A, X, G = A.detach(), X.detach(), G.detach()
    with torch.enable_grad():
        dA = torch.zeros_like(A, requires_grad=True)
        m, n = A.shape[-2:]
        I_m, I_n = torch.eye(m, dtype=A.dtype), torch.eye(n, dtype=A.dtype)
        dX = -X @ dA @ X + X @ X.mT @ dA.mT @ (I_m - A @ X) + (I_n - X @ A) @ dA.mT @ X.mT @ X
        change = (G * dX).sum()
        (answer,) = torch.autograd.grad(change, dA)
    return answer.to(A.dtype)
