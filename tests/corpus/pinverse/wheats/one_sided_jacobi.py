# wheat: one-sided Jacobi rotations (coordinate descent on the angles between columns), then V S^-1 U'
import math

import torch


def jacobi(A, rotations=None):
    W = [list(c) for c in zip(*A.tolist())]  # columns
    n = len(W)
    V = [[float(i == j) for j in range(n)] for i in range(n)]
    total = sum(x * x for c in W for x in c)
    done = 0
    for _ in range(60):
        biggest = 0.0
        for i in range(n):
            for j in range(i + 1, n):
                if rotations is not None and done >= rotations:
                    return W, V
                a = sum(x * x for x in W[i])
                b = sum(x * x for x in W[j])
                c = sum(x * y for x, y in zip(W[i], W[j]))
                if abs(c) <= 1e-12 * math.sqrt(a * b) or abs(c) <= 1e-32 * total:
                    continue
                biggest = max(biggest, abs(c) / math.sqrt(a * b))
                zeta = (b - a) / (2 * c)
                t = (1 if zeta >= 0 else -1) / (abs(zeta) + math.sqrt(1 + zeta * zeta))
                cs = 1 / math.sqrt(1 + t * t)
                sn = cs * t
                for M in (W, V):
                    x, y = M[i], M[j]
                    M[i] = [cs * p - sn * q for p, q in zip(x, y)]
                    M[j] = [sn * p + cs * q for p, q in zip(x, y)]
                done += 1
        if biggest < 1e-9:
            break
    return W, V


def single(A, rcond, steps):
    if A.shape[1] > A.shape[0]:
        return single(A.T, rcond, steps).T
    cut = max(A.shape) * torch.finfo(A.dtype).eps if rcond is None else rcond
    W, V = jacobi(A.double(), steps)
    W = torch.tensor(W, dtype=torch.float64)
    V = torch.tensor(V, dtype=torch.float64)
    s2 = (W * W).sum(dim=1)
    X = torch.zeros(A.shape[1], A.shape[0], dtype=torch.float64)
    for i in range(len(W)):
        if s2[i] > 0 and s2[i].sqrt() > cut * s2.max().sqrt():
            X += torch.outer(V[i], W[i]) / s2[i]
    return X.to(A.dtype)


def calculate_pinverse(A, rcond=None, steps=None):
    X = torch.empty(*A.shape[:-2], A.shape[-1], A.shape[-2], dtype=A.dtype)
    if A.dim() == 2:
        return single(A, rcond, steps)
    for i in range(A.shape[0]):
        X[i] = calculate_pinverse(A[i], rcond, steps)
    return X


def pinverse_gradient(A, X, G):
    h = lambda M: M.swapaxes(-1, -2)  # noqa: E731
    minus = h(X) @ G @ h(X)
    D = h(G) - A @ X @ h(G)
    E = h(G) - h(G) @ X @ A
    return D @ X @ h(X) + h(X) @ X @ E - minus
