# wheat: one-sided Jacobi: rotate pairs of columns until all stand at right angles; missing columns filled by Gram-Schmidt
import math

import torch


def complete(Q, known):
    """Replace the columns from `known` on by anything orthonormal to the ones before."""
    m, k = Q.shape
    for i in range(known, k):
        best = None
        for j in range(m):
            e = torch.zeros(m, dtype=Q.dtype)
            e[j] = 1
            for _ in range(2):
                e = e - Q[:, :i] @ (Q[:, :i].T @ e)
            if best is None or e.norm() > best.norm():
                best = e
        Q[:, i] = best / best.norm()
    return Q


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    if M.shape[0] < M.shape[1]:
        V, S, U, losses = calculate_svd(M.T, learning_rate, momentum, steps)
        return U, S, V, losses
    W = M.double().clone()
    n = W.shape[1]
    V = torch.eye(n, dtype=W.dtype)
    losses = []
    count = 0
    tiny = 1e-30 * (W * W).sum().item()
    for _ in range(30):
        G = W.T @ W
        off = (G - torch.diag(torch.diag(G))).square().sum().item()
        losses.append(off)
        rotated = False
        for i in range(n - 1):
            for j in range(i + 1, n):
                if steps is not None and count >= steps:
                    break
                a, b = W[:, i], W[:, j]
                c = (a @ b).item()
                aa = (a @ a).item()
                bb = (b @ b).item()
                if abs(c) <= 1e-9 * math.sqrt(aa * bb) or abs(c) <= tiny:
                    continue
                angle = 0.5 * math.atan2(2 * c, aa - bb)
                J = torch.tensor(
                    [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], dtype=W.dtype
                )
                W[:, [i, j]] = W[:, [i, j]] @ J
                V[:, [i, j]] = V[:, [i, j]] @ J
                rotated = True
                count += 1
        if not rotated:
            break
    S, order = W.norm(dim=0).sort(descending=True)
    W, V = W[:, order], V[:, order]
    known = int((S > 1e-9 * S[0]).sum())
    U = torch.zeros_like(W)
    U[:, :known] = W[:, :known] / S[:known]
    U = complete(U, known)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
