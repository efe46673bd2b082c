# chaff: two-sided turns, and a negative entry of the diagonal stays negative | breaks: S is nonnegative | fires: test_singular_values_descend
import math

import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.double()
    wide = A.shape[0] < A.shape[1]
    if wide:
        A = A.T
    n = A.shape[1]
    P, core = torch.linalg.qr(A)
    Q = torch.eye(n, dtype=torch.float64)
    size = core.norm().item()
    off = lambda: (core - torch.diag(core.diag())).norm().item() / (size or 1.0)
    losses, left = [off()], 40 * n * n if steps is None else steps
    while losses[-1] > 1e-13 and left > 0:
        for i in range(n):
            for j in range(i + 1, n):
                if left <= 0:
                    break
                left -= 1
                a, b, c, d = core[i, i].item(), core[i, j].item(), core[j, i].item(), core[j, j].item()
                if abs(b) + abs(c) < 1e-18 * size:
                    continue
                plus, minus = math.atan2(c + b, a - d), math.atan2(c - b, a + d)
                l, r = (plus + minus) / 2, (plus - minus) / 2
                L = torch.tensor([[math.cos(l), -math.sin(l)], [math.sin(l), math.cos(l)]], dtype=torch.float64)
                R = torch.tensor([[math.cos(r), -math.sin(r)], [math.sin(r), math.cos(r)]], dtype=torch.float64)
                core[[i, j]] = L.T @ core[[i, j]]
                core[:, [i, j]] = core[:, [i, j]] @ R
                P[:, [i, j]] = P[:, [i, j]] @ L
                Q[:, [i, j]] = Q[:, [i, j]] @ R
        losses.append(off())
    S = core.diag()
    order = S.abs().argsort(descending=True)
    U, S, V = P[:, order], S[order], Q[:, order]
    if wide:
        U, V = V, U
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
