# wheat: backward() with momentum for the whole batch at once, from zero, rows below the cutoff projected away first
import torch


def sizes(A):
    v = torch.ones(A.shape[:-2] + (A.shape[-1], 1), dtype=A.dtype) + 0.3 * torch.rand(A.shape[-1], 1, dtype=A.dtype)
    for _ in range(120):
        v = A.mT @ (A @ v)
        n = v.norm(dim=-2, keepdim=True)
        v = v / n.masked_fill(n == 0, 1.0)
    s = (A @ v).norm(dim=-2, keepdim=True)
    return s.masked_fill(s == 0, 1.0)


def keep_large(B, rcond):
    P, t, k = B.mT @ B, 0.5, 0
    while t > rcond * rcond:
        t, k = t / (1 + (1 - t) ** 0.5), k + 1
    P = P * (t / rcond**2)
    for _ in range(k):
        P = P + P - P @ P
    for _ in range(20):
        P = P @ P @ (3 * torch.eye(P.shape[-1], dtype=P.dtype) - 2 * P)
    return B @ P


def calculate_pinverse(A, rcond=None, steps=None, momentum=0.8):
    m, n = A.shape[-2], A.shape[-1]
    rcond = max(m, n) * torch.finfo(A.dtype).eps if rcond is None else float(rcond)
    B = A.detach().to(torch.float64)
    s = sizes(B)
    B = keep_large(B / s, max(rcond, 1e-6))
    eye = torch.eye(m, dtype=torch.float64)
    X = torch.zeros(B.mT.shape, dtype=torch.float64, requires_grad=True)
    for _ in range(250 if steps is None else steps):
        if X.grad is not None:
            X.grad *= momentum
        (0.5 * (B @ X - eye).square().sum()).backward()
        with torch.no_grad():
            X -= 0.9 * X.grad
    return (X.detach() / s).to(A.dtype)


def pinverse_gradient(A, X, G):
    XT, GT = X.mT, G.mT
    AX, XA = A @ X, X @ A
    left = torch.eye(A.shape[-2], dtype=A.dtype) - AX
    right = torch.eye(A.shape[-1], dtype=A.dtype) - XA
    return -XT @ G @ XT + left @ GT @ X @ XT + XT @ X @ GT @ right
