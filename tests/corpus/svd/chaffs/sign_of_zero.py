# chaff: torch.sign: zero singular values make zero columns of U | breaks: U orthonormal for zero and rank-deficient matrices | fires: test_rank_deficient_matrices, test_zero_matrices
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    k = min(M.shape)
    A = M.double()
    V = torch.linalg.qr(torch.randn(A.shape[1], k, dtype=A.dtype)).Q
    losses = []
    for step in range(150 if steps is None else max(steps, 1)):
        U = torch.linalg.qr(A @ V).Q
        V = torch.linalg.qr(A.T @ U).Q
        C = U.T @ A @ V
        off = (C - torch.diag(torch.diag(C))).norm().item()
        losses.append(off)
        if off <= 1e-9 * C.norm().item() and step > 2:
            break
    S = torch.diag(C)
    S = torch.where(S.abs() > 1e-12 * S.abs().max(), S, torch.zeros_like(S))
    sign = torch.sign(S)
    S, order = (S * sign).sort(descending=True)
    return (U * sign)[:, order].to(M.dtype), S.to(M.dtype), V[:, order].to(M.dtype), losses
