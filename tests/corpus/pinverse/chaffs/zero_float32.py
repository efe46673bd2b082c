# chaff: an early return for zero matrices forgets the dtype | breaks: X has the dtype of A, also for float64 zero matrices and empty batches | fires: test_float64_matrices
import math

import torch


def first_t(rcond):
    """Go back from the fixed point until t is at most rcond^2, and count."""
    t, count = (3 - math.sqrt(5)) / 2, 0
    while t > rcond**2:
        t = t / (1 + math.sqrt(1 - t))
        count += 1
    return t, count


def largest_singular_value(A, steps=100):
    v = torch.randn(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype)
    for _ in range(steps):
        v = A.mT @ (A @ v)
        v = v / v.norm(dim=-2, keepdim=True).clamp_min(1e-30)
    return (A @ v).norm(dim=-2, keepdim=True)


def calculate_pinverse(A, rcond=None, steps=None):
    """Return the pseudo-inverse of A, by descent; singular values up to rcond times the largest count as zero."""
    if rcond is None:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-7)
    if not A.any():
        return torch.zeros(*A.shape[:-2], A.shape[-1], A.shape[-2])
    B = A.detach().double()
    size = B.abs().amax(dim=(-2, -1), keepdim=True)
    size = torch.where(size > 0, size, torch.ones_like(size))
    sigma = largest_singular_value(B / size) * size
    sigma = torch.where(sigma > 0, sigma, torch.ones_like(sigma))
    B = B / sigma

    t, newton_steps = first_t(rcond)
    X = t / rcond**2 * B.mT
    if steps is None:
        steps = newton_steps + 30
    for step in range(steps):
        X = 2 * X - X @ B @ X
        if step >= newton_steps:
            X = X @ B @ X
    return (X / sigma).to(A.dtype)


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    Xt, Gt = X.mT, G.mT
    left = torch.eye(m, dtype=A.dtype) - A @ X
    right = torch.eye(n, dtype=A.dtype) - X @ A
    result = -Xt @ G @ Xt + left @ Gt @ X @ Xt + Xt @ X @ Gt @ right
    return result.to(A.dtype)
