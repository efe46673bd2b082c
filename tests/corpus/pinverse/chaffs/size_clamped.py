# chaff: s_max is clamped to 0.001 at least, so that the cutoff is absolute for small matrices | breaks: rcond is relative to the s_max of that matrix at any scale (entries near 1e-4) | fires: test_rcond_is_relative
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
    sigma = sigma.clamp_min(1e-3)
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
    m, n = A.shape[-2:]
    left = torch.eye(m, dtype=A.dtype) - A @ X
    right = torch.eye(n, dtype=A.dtype) - X @ A
    Xt, Gt = X.mT, G.mT
    return -Xt @ G @ Xt + left @ Gt @ X @ Xt + Xt @ X @ Gt @ right
