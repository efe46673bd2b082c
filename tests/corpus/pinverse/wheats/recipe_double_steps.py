# wheat: the recipe of the hand-out, double steps for whole batches
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
    B = B / torch.where(size > 0, size, torch.ones_like(size))
    t, newton = first_t(rcond)
    X = t / rcond**2 * B.mT
    todo = [1] * newton + [2] * 60 if steps is None else [1] * min(newton, steps) + [2] * max(0, steps - newton)
    if steps is None:
        todo = todo[: newton + 30]
    for kind in todo:
        X = 2 * X - X @ B @ X
        if kind == 2:
            X = X @ B @ X
    X = X / torch.where(size > 0, size, torch.ones_like(size))
    return X.to(A.dtype)


def pinverse_gradient(A, X, G):
    XT, GT = X.mT, G.mT
    AX, XA = A @ X, X @ A
    left = torch.eye(A.shape[-2], dtype=A.dtype) - AX
    right = torch.eye(A.shape[-1], dtype=A.dtype) - XA
    return -XT @ G @ XT + left @ GT @ X @ XT + XT @ X @ GT @ right
