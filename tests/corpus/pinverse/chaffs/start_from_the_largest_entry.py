# chaff: starts at A' / (largest entry)^2, too large for most | breaks: convergence | fires: test_large_matrices
import torch


def significant(A, rcond):
    """The part of A whose singular values count (orthogonal iteration)."""
    n = A.shape[-1]
    Q = torch.linalg.qr(torch.randn(n, n, dtype=A.dtype)).Q
    for _ in range(30):
        Q = torch.linalg.qr(A.mT @ (A @ Q)).Q
    s = (A @ Q).norm(dim=-2, keepdim=True)
    cutoff = rcond * s.amax(dim=-1, keepdim=True)
    Q = torch.where(s > cutoff, Q, torch.zeros_like(Q))
    return A @ Q @ Q.mT


def calculate_pinverse(A, rcond=None, steps=None):
    """Newton-Schulz, the whole batch at once."""
    if steps is None:
        steps = 15
    if rcond is None:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    D = significant(A.double(), rcond)
    total = (D**2).amax(dim=(-2, -1), keepdim=True)
    total = torch.where(total > 0, total, torch.ones_like(total))
    X = D.mT / total
    for _ in range(steps):
        X = X + X - X @ D @ X
    return X.to(A.dtype)


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    Im = torch.eye(m, dtype=A.dtype)
    In = torch.eye(n, dtype=A.dtype)
    return -X.mT @ G @ X.mT + (Im - A @ X) @ G.mT @ X @ X.mT + X.mT @ X @ G.mT @ (In - X @ A)
