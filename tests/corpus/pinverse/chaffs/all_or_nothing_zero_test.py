# chaff: "if (size == 0).any(): return zeros" for the whole batch | breaks: one zero matrix in a batch must not spoil the others | fires: test_batches_with_a_zero_matrix
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
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-7)
    B = A.double()
    size = largest_singular_value(B)
    if (size == 0).any():
        return torch.zeros_like(A.mT)
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
