# chaff: steps overwritten with the usual number | breaks: steps is the number of updates | fires: test_three_steps_are_only_three_steps
import torch


def invert_by_descent(R, keep, times):
    """R is nearly diagonal: Newton's iteration from 1 / diagonal converges at once."""
    d = torch.diagonal(R, dim1=-2, dim2=-1)
    d = torch.where(keep, d, torch.ones_like(d))
    X = torch.diag_embed(keep / d)
    for _ in range(times):
        new = 2 * X - X @ R @ X
        if not torch.isfinite(new).all():
            break
        done = (new - X).abs().amax() if X.numel() else 0.0
        X = new
        if done == 0:
            break
    return X


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    k = min(m, n)
    if rcond is None:
        rcond = 1e-5 if A.dtype == torch.float32 else 1e-10
    B = A.double()
    V = torch.randn(*A.shape[:-2], n, k, dtype=B.dtype)
    for _ in range(80):
        U = torch.linalg.qr(B @ V).Q
        V = torch.linalg.qr(B.mT @ U).Q
    if steps == 0:
        return torch.zeros(*A.shape[:-2], n, m, dtype=A.dtype)
    R = U.mT @ B @ V
    s = torch.linalg.vector_norm(R, dim=-1)
    keep = s > rcond * s.amax(dim=-1, keepdim=True)
    R = R * keep[..., None, :] * keep[..., :, None]
    inner = invert_by_descent(R, keep, 60)
    return (V @ inner @ U.mT).to(A.dtype)


def pinverse_gradient(A, X, G):
    left = A @ X
    right = X @ A
    Z = X.mT
    F = G.mT
    total = torch.zeros_like(A)
    total = total - Z @ G @ Z
    total = total + (F - left @ F) @ X @ Z
    total = total + Z @ X @ (F - F @ right)
    return total
