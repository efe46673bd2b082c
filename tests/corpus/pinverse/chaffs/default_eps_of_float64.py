# chaff: works in float64 before the default rcond is taken from B.dtype | breaks: rcond=None uses the eps of the dtype of A, so float32 rounding of dependent rows is dropped | fires: test_lower_rank
import math

import torch

T_STAR = (3 - math.sqrt(5)) / 2


def first_t(rcond):
    t, count = T_STAR, 0
    while t > rcond**2:
        t = t / (1 + math.sqrt(1 - t))
        count += 1
    return t, count


def largest_singular_value(A, steps=100):
    v = torch.rand(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype)
    for _ in range(steps):
        v = A.mT @ (A @ v)
        v = v / v.norm(dim=-2, keepdim=True).clamp_min(1e-30)
    return (A @ v).norm(dim=-2, keepdim=True)


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    B = A.double()
    if rcond is None:
        rcond = max(m, n) * torch.finfo(B.dtype).eps
    rcond = max(rcond, 2e-9)
    size = largest_singular_value(B)
    size = torch.where(size > 0, size, torch.ones_like(size))
    B = B / size
    t, newton = first_t(rcond)
    X = t / rcond**2 * B.mT
    eye = torch.eye(m, dtype=B.dtype)
    for k in range(newton + 30 if steps is None else steps):
        X = X + X @ (eye - B @ X)
        if k >= newton:
            X = X @ B @ X
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    left = torch.eye(A.shape[-2], dtype=A.dtype) - A @ X
    right = torch.eye(A.shape[-1], dtype=A.dtype) - X @ A
    return -X.mT @ G @ X.mT + left @ G.mT @ X @ X.mT + X.mT @ X @ G.mT @ right
