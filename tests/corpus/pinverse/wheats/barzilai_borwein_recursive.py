# wheat: recursion over the leading dimensions, Barzilai-Borwein steps with early stop by a tolerance
import torch


def norm_of(B):
    v = torch.ones(B.shape[1], dtype=B.dtype) + torch.rand(B.shape[1], dtype=B.dtype)
    for _ in range(150):
        w = B.T @ (B @ v)
        if not w.any():
            return 0.0
        v = w / w.norm()
    return (B @ v).norm().item()


def without_small(B, rcond):
    t, n = 0.5, 0
    while t > rcond**2:
        t = t / (1 + (1 - t) ** 0.5)
        n += 1
    P = B.T @ B * t / rcond**2
    for _ in range(n):
        P = 2 * P - P @ P
    for _ in range(20):
        P = 3 * P @ P - 2 * P @ P @ P
    return B @ P


def descend(B, steps):
    limit = 2000 if steps is None else steps
    X = torch.zeros(B.shape[1], B.shape[0], dtype=B.dtype)
    I = torch.eye(B.shape[0], dtype=B.dtype)
    length, old = 0.9, None
    for _ in range(limit):
        g = B.T @ (B @ X - I)
        if steps is None and g.abs().max() < 1e-11:
            break
        if old is not None:
            dx, dg = X - old[0], g - old[1]
            if (dx * dg).sum() > 0:
                length = (dx * dx).sum() / (dx * dg).sum()
        old = (X, g)
        X = X - length * g
    return X


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() > 2:
        X = A.new_empty(A.shape[:-2] + (A.shape[-1], A.shape[-2]))
        for i in range(len(A)):
            X[i] = calculate_pinverse(A[i], rcond, steps)
        return X
    if rcond is None:
        rcond = max(A.shape) * torch.finfo(A.dtype).eps
    B = A.double()
    size = norm_of(B)
    if size == 0:
        return torch.zeros(A.shape[1], A.shape[0], dtype=A.dtype)
    B = without_small(B / size, max(rcond, 1e-6))
    return (descend(B, steps) / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    if A.dim() > 2:
        out = torch.zeros_like(A)
        for i in range(A.shape[0]):
            out[i] = pinverse_gradient(A[i], X[i], G[i])
        return out
    m, n = A.shape
    first = -X.T @ G @ X.T
    second = (torch.eye(m, dtype=A.dtype) - A @ X) @ G.T @ X @ X.T
    third = X.T @ X @ G.T @ (torch.eye(n, dtype=A.dtype) - X @ A)
    return first + second + third
