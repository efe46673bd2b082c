# chaff: pinverse_gradient keeps the first term only (right for invertible matrices) | breaks: the gradient for tall, wide and rank-deficient matrices | fires: test_gradient_for_tall_matrices, test_gradient_for_wide_matrices, test_gradient_for_lower_rank
import torch


def row_space(A, rcond):
    """Projection on the right singular vectors that count."""
    n = A.shape[-1]
    Q = torch.linalg.qr(torch.randn(*A.shape[:-2], n, n, dtype=A.dtype)).Q
    for _ in range(30):
        Q = torch.linalg.qr(A.mT @ (A @ Q)).Q
    lengths = torch.linalg.vector_norm(A @ Q, dim=-2)
    keep = lengths > rcond * lengths.amax(dim=-1, keepdim=True)
    Q = Q * keep[..., None, :]
    return Q @ Q.mT


def calculate_pinverse(A, rcond=None, steps=None):
    B = A.double()
    if rcond is None:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    B = B @ row_space(B, rcond)
    size = (B * B).sum(dim=(-2, -1), keepdim=True)  # never below the largest singular value squared
    rate = torch.where(size > 0, 1 / size, torch.zeros_like(size))
    eye = torch.eye(A.shape[-2], dtype=B.dtype)
    X = torch.zeros_like(B.mT)
    V = torch.zeros_like(X)
    start = (rate * B.mT).abs().sum(dim=(-2, -1))
    for step in range(1500 if steps is None else steps):
        G = rate * (B.mT @ (B @ X - eye))
        if step % 10 == 0 and not (G.abs().sum(dim=(-2, -1)) > 1e-8 * start).any() and step > 0:
            break
        V = 0.85 * V + G
        X = X - V
    return X.to(A.dtype)


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    AX = A @ X
    XA = X @ A
    first = -X.mT @ G @ X.mT
    second = (torch.eye(m, dtype=A.dtype) - AX) @ G.mT @ X @ X.mT
    third = X.mT @ X @ G.mT @ (torch.eye(n, dtype=A.dtype) - XA)
    return first
