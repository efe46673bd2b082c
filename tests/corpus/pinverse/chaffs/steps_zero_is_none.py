# chaff: "if steps" takes steps=0 for None and runs to the end | breaks: steps is the number of updates of the guess (0 gives the start) | fires: test_no_steps_are_no_steps
import torch
import math


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
    cut = max(rcond, 0.02)  # what counts is never smaller than a sixth of the largest
    B = A.double()
    size = largest_singular_value(B)
    size = torch.where(size > 0, size, torch.ones_like(size))
    B = B / size
    star = (3 - math.sqrt(5)) / 2
    # plain gradient steps until the cutoff arrives at t*, then double steps
    plain = max(1, math.ceil(math.log(1 - star) / math.log1p(-min(cut**2, 0.5))))
    rate = (1 - (1 - star) ** (1 / plain)) / cut**2
    X = torch.zeros_like(B.mT)
    eye = torch.eye(m, dtype=torch.float64)
    for i in range(steps if steps else plain + 20):
        if i < plain:
            X = X - rate * B.mT @ (B @ X - eye)
        else:
            X = X + X @ (eye - B @ X)
            X = X @ B @ X
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    left = torch.eye(m, dtype=A.dtype) - A @ X
    right = torch.eye(n, dtype=A.dtype) - X @ A
    Xt, Gt = X.mT, G.mT
    return -Xt @ G @ Xt + left @ Gt @ X @ Xt + Xt @ X @ Gt @ right
