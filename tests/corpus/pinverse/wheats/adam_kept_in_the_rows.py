# wheat: Adam with a decaying rate, which is safe since the unknown is projected to the rows: X = P Z
import torch


def size_of(A):
    v = torch.rand(A.shape[:-2] + (A.shape[-1], 1), dtype=A.dtype)
    for _ in range(150):
        v = A.mT @ A @ v
        v = v / v.norm(dim=-2, keepdim=True).clamp_min(1e-100)
    s = (A @ v).norm(dim=-2, keepdim=True)
    return torch.where(s > 0, s, torch.ones_like(s))


def row_projector(B, rcond):
    H, t, k = B.mT @ B, 0.5, 0
    while t > rcond**2:
        t /= 1 + (1 - t) ** 0.5
        k += 1
    H = H * (t / rcond**2)
    for j in range(k + 20):
        H2 = H @ H
        H = 2 * H - H2 if j < k else 3 * H2 - 2 * H2 @ H
    return H


def calculate_pinverse(A, rcond=None, steps=None):
    if rcond is None:
        rcond = max(A.shape[-1], A.shape[-2]) * torch.finfo(A.dtype).eps
    B = A.double()
    s = size_of(B)
    B = B / s
    P = row_projector(B, max(rcond, 1e-6))
    B = B @ P
    I = torch.eye(A.shape[-2], dtype=B.dtype)
    Z = B.mT.clone()
    mean, square = torch.zeros_like(Z), torch.zeros_like(Z)
    total = 1500 if steps is None else steps
    for k in range(1, total + 1):
        g = B.mT @ (B @ Z - I)
        mean = 0.9 * mean + 0.1 * g
        square = 0.99 * square + 0.01 * g * g
        lr = 0.2 * 1e-4 ** (k / max(total, 300))
        Z = Z - lr * (mean / (1 - 0.9**k)) / ((square / (1 - 0.99**k)).sqrt() + 1e-8)
    return (P @ Z / s).to(A.dtype)


def pinverse_gradient(A, X, G):
    XT, GT = X.mT, G.mT
    AX, XA = A @ X, X @ A
    left = torch.eye(A.shape[-2], dtype=A.dtype) - AX
    right = torch.eye(A.shape[-1], dtype=A.dtype) - XA
    return -XT @ G @ XT + left @ GT @ X @ XT + XT @ X @ GT @ right
