# chaff: for a batch the gradient is collected in torch.zeros of the default dtype | breaks: pinverse_gradient returns the dtype of A (float64 batches give float32) | fires: test_gradient_of_batches
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
    for i in range(plain + 20 if steps is None else steps):
        if i < plain:
            X = X - rate * B.mT @ (B @ X - eye)
        else:
            X = X + X @ (eye - B @ X)
            X = X @ B @ X
    return (X / size).to(A.dtype)


def one_gradient(A, X, G):
    m, n = A.shape[-2:]
    left = torch.eye(m, dtype=A.dtype) - A @ X
    right = torch.eye(n, dtype=A.dtype) - X @ A
    Xt, Gt = X.mT, G.mT
    return -Xt @ G @ Xt + left @ Gt @ X @ Xt + Xt @ X @ Gt @ right


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    if A.ndim == 2:
        return one_gradient(A, X, G)
    result = torch.zeros(A.shape)
    for out, a, x, g in zip(
        result.view(-1, m, n), A.reshape(-1, m, n), X.reshape(-1, n, m), G.reshape(-1, n, m), strict=True
    ):
        out.copy_(one_gradient(a, x, g))
    return result
