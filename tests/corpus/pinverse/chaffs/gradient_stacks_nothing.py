# chaff: pinverse_gradient stacks the results of a loop, which fails for no matrices | breaks: (*, m, n) batches may be empty | fires: test_gradient_of_batches
import torch
import math


def first_t(rcond):
    t, count = (3 - math.sqrt(5)) / 2, 0
    while t > rcond**2:
        t = t / (1 + math.sqrt(1 - t))
        count += 1
    return t, count


def largest_singular_value(A, steps=100):
    v = torch.randn(A.shape[-1], 1, dtype=A.dtype)
    v = v / v.norm()
    for _ in range(steps):
        w = A.mT @ (A @ v)
        v = w / w.norm(dim=-2, keepdim=True).clamp_min(1e-30)
    return (A @ v).norm(dim=-2, keepdim=True)


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-7)
    B = A.double()
    sigma = largest_singular_value(B)
    sigma = torch.where(sigma > 0, sigma, torch.ones_like(sigma))
    B = B / sigma
    t, count = first_t(rcond)
    X = t / rcond**2 * B.mT
    eye = torch.eye(m, dtype=B.dtype)
    updates = count + 30 if steps is None else steps
    for i in range(updates):
        X = X + X @ (eye - B @ X)
        if i >= count:
            X = X @ B @ X
    return (X / sigma).to(A.dtype)


def pinverse_gradient(A, X, G):
    if A.ndim > 2:
        return torch.stack([pinverse_gradient(a, x, g) for a, x, g in zip(A, X, G, strict=True)])
    XGX = X @ G.mT @ X
    H = G.mT @ X
    K = X @ G.mT
    grad = -XGX.mT
    grad = grad + (H - A @ (X @ H)) @ X.mT
    grad = grad + X.mT @ (K - (K @ X) @ A)
    return grad
