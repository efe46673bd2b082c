# wheat: least squares by conjugate gradients from 0, low rank by subspace iteration, no torch.linalg but qr
import torch
import torch.nn.functional as F


def word_similarity(M):
    columns = F.normalize(M, dim=0)  # leaves columns of zeros as they are
    return columns.mT.matmul(columns)


def low_rank(M, k):
    A = M.double()
    if k == 0 or not A.any():
        return torch.zeros_like(M)
    # a subspace of full width settles also where singular values are close
    Q = torch.linalg.qr(torch.randn(A.shape[1], min(A.shape), dtype=A.dtype))[0]
    for _ in range(3000):
        P, _ = torch.linalg.qr(A @ Q)
        new, R = torch.linalg.qr(A.T @ P)
        Q = new
        if (R - R.diagonal().diag()).abs().max() < 1e-9:
            break
    order = (A @ Q).norm(dim=0).argsort(descending=True)[:k]
    Q = Q[:, order]
    return (A @ Q @ Q.T).to(M.dtype)


def least_squares(M, y):
    A, b = M.double(), y.double()
    x = torch.zeros(A.shape[1], dtype=torch.float64)
    r = A.T @ (b - A @ x)
    if r.norm() == 0:
        return x.to(M.dtype)
    target = 1e-12 * r.norm()
    p, rr = r, r @ r
    for _ in range(10 * A.shape[1] + 20):
        if rr.sqrt() <= target:
            break
        Ap = A @ p
        if Ap.norm() == 0:
            break
        alpha = rr / (Ap @ Ap)
        x = x + alpha * p
        r = A.T @ (b - A @ x)
        new = r @ r
        p, rr = r + new / rr * p, new
    return x.to(M.dtype)
