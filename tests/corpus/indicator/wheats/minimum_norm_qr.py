# wheat: complete orthogonal decomposition by two QRs on independent columns found by Gram-Schmidt
import torch


def _independent(A):
    """Indices of columns that are independent of those before them, and an orthonormal basis."""
    Q, chosen = torch.zeros(A.shape[0], 0, dtype=A.dtype), []
    for j in range(A.shape[1]):
        c = A[:, j]
        for _ in range(2):
            c = c - Q @ (Q.T @ c)
        if c.norm() > 1e-8:
            chosen.append(j)
            Q = torch.cat([Q, (c / c.norm()).unsqueeze(1)], dim=1)
    return chosen, Q


def word_similarity(M):
    length = M.sum(dim=0).sqrt()  # entries are 0 and 1
    scale = torch.zeros_like(length)
    scale[length > 0] = 1 / length[length > 0]
    return torch.diag(scale) @ (M.T @ M) @ torch.diag(scale)


def least_squares(M, y):
    A, b = M.double(), y.double()
    _, Q = _independent(A)  # A = Q T, T = Q'A has independent rows
    T = Q.T @ A
    if T.shape[0] == 0:
        return torch.zeros(A.shape[1], dtype=M.dtype)
    Z, L = torch.linalg.qr(T.T)  # T = L' Z'
    z = torch.linalg.solve_triangular(L.T, (Q.T @ b).unsqueeze(1), upper=False)
    return (Z @ z).squeeze(1).to(M.dtype)


def low_rank(M, k):
    left, sizes, right = torch.linalg.svd(M.double(), full_matrices=False)
    sizes = sizes.clone()
    sizes[k:] = 0
    return (left @ torch.diag(sizes) @ right).to(M.dtype)
