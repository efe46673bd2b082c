# chaff: the ascent for the largest singular value begins at a column of ones, which a matrix with row sums 0 sends to zero; the matrix is then taken for zero | breaks: the pseudo-inverse of every matrix (begin at a random column) | fires: test_rank_one
import torch


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-7)
    B = A.double()
    v = torch.ones(*A.shape[:-2], n, 1, dtype=torch.float64)
    for _ in range(150):
        v = B.mT @ (B @ v)
        v = v / v.norm(dim=-2, keepdim=True).clamp_min(1e-30)
    size = (B @ v).norm(dim=-2, keepdim=True)
    zero = size <= 1e-12 * B.abs().amax(dim=(-2, -1), keepdim=True)
    size = torch.where(zero, torch.ones_like(size), size)
    B = torch.where(zero, torch.zeros_like(B), B / size)
    t, newton = (3 - 5**0.5) / 2, 0
    while t > rcond**2:
        t, newton = t / (1 + (1 - t) ** 0.5), newton + 1
    X = B.mT * (t / rcond**2)
    for k in range(newton + 30 if steps is None else steps):
        X = 2 * X - X @ B @ X
        if k >= newton:
            X = X @ B @ X
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    I, J = (torch.eye(k, dtype=A.dtype) for k in A.shape[-2:])
    return -X.mT @ G @ X.mT + (I - A @ X) @ G.mT @ X @ X.mT + X.mT @ X @ G.mT @ (J - X @ A)
