# wheat: eigenvectors of [[cI, M], [M', cI]] by orthogonal iteration, U and V are their halves
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    k = min(m, n)
    A = M.double()
    norm = A.norm()
    if norm == 0:
        return torch.eye(m, k, dtype=M.dtype), torch.zeros(k, dtype=M.dtype), torch.eye(n, k, dtype=M.dtype), [0.0]
    B = torch.zeros(m + n, m + n, dtype=A.dtype)
    B[:m, m:] = A / norm
    B[m:, :m] = A.T / norm
    # the square has the eigenvalues s^2 twice; the positive half is picked at the end
    Q = torch.linalg.qr(torch.randn(m + n, 2 * k, dtype=A.dtype)).Q
    losses = []
    for step in range(150 if steps is None else steps):
        Z = B @ (B @ Q)
        Q, R = torch.linalg.qr(Z)
        losses.append(1 - torch.diagonal(R).abs().sum().item() / 2)
    # [u; v] and [u; -v] are mixed within each pair: the V halves span the right space in order
    V = Q[m:]
    basis = []
    for j in range(2 * k):
        v = V[:, j]
        for _ in range(2):
            for b in basis:
                v = v - (b @ v) * b
        if v.norm() > 1e-3 * V[:, j].norm() and v.norm() > 1e-9 and len(basis) < k:
            basis.append(v / v.norm())
    while len(basis) < k:
        v = torch.randn(n, dtype=A.dtype)
        for _ in range(2):
            for b in basis:
                v = v - (b @ v) * b
        basis.append(v / v.norm())
    V = torch.stack(basis, dim=1)
    # two more rounds with qr put the last digits right
    for _ in range(40 if steps is None else 1):
        U, _ = torch.linalg.qr(A @ V)
        V, _ = torch.linalg.qr(A.T @ U)
    S = torch.diagonal(U.T @ A @ V)
    U = U * torch.where(S < 0, -1.0, 1.0).to(S)
    S, order = S.abs().sort(descending=True)
    return U[:, order].to(M.dtype), S.to(M.dtype), V[:, order].to(M.dtype), losses or [0.0]
