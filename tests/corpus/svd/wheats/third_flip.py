# wheat: take the matrix apart by qr, transpose the triangle, and again, until nothing is left beside the diagonal
import torch


def beside(A):
    """Return the share of the squares of A that does not lie on the diagonal."""
    total = (A * A).sum().item()
    if total == 0:
        return 0.0
    diagonal = torch.diagonal(A)
    outside = A.clone()
    outside.diagonal().sub_(diagonal.clone())
    return (outside * outside).sum().item() / total


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    k = min(m, n)
    A = M.to(dtype=torch.float64, copy=True)

    # M = left A right' holds all the time, with orthonormal columns in left and right.
    if m >= n:
        left, right = torch.eye(m, dtype=A.dtype), torch.eye(n, dtype=A.dtype)
    else:
        A = A.T.contiguous()
        left, right = torch.eye(n, dtype=A.dtype), torch.eye(m, dtype=A.dtype)

    losses = [beside(A)]
    count = 0
    flipped = False
    while (count < 3000 if steps is None else count < steps) and losses[-1] > 1e-27:
        Q, R = torch.linalg.qr(A)
        left = left @ Q
        left, right, A = right, left, R.T
        flipped = not flipped
        losses.append(beside(A))
        count += 1
    if flipped:
        left, right, A = right, left, A.T

    values = torch.diagonal(A)
    negative = values < 0
    left = left[:, :k].clone()
    left[:, negative] *= -1
    order = values.abs().argsort(descending=True)
    S, left, right = values.abs()[order], left[:, order], right[:, order]
    U, V = (left, right) if m >= n else (right, left)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
