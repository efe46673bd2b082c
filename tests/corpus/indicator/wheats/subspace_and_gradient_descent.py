# wheat: by descent as in the other sheets: subspace iteration, conjugate gradients from zero
import torch


def word_similarity(M):
    W = torch.nn.functional.normalize(M, dim=0)
    return W.transpose(0, 1) @ W


def low_rank(M, k):
    A = M.double()
    V = torch.linalg.qr(torch.randn(A.shape[1], A.shape[1], dtype=A.dtype)).Q
    for _ in range(120):
        V = torch.linalg.qr(A.T @ (A @ V)).Q
    V = V[:, :k]
    return (A @ V @ V.T).to(M.dtype)


def least_squares(M, y):
    A, b = M.double(), y.double()
    x = torch.zeros(A.shape[1], dtype=A.dtype)
    r = A.T @ b
    p = r.clone()
    start = r @ r
    rr = start
    for _ in range(4 * A.shape[1]):
        if rr <= 1e-24 * start or rr == 0:
            break
        Ap = A @ p
        t = rr / (Ap @ Ap)
        x = x + t * p
        r = r - t * (A.T @ (Ap))
        new = r @ r
        p = r + new / rr * p
        rr = new
    return x.to(y.dtype)
