# chaff: CGLS never stops: runs on into the rounding errors of a rank-deficient float32 matrix | breaks: rank-deficient matrices | fires: test_lower_rank
import math

import torch


def sharp_filter(A, rcond):
    eye = torch.eye(A.shape[-1], dtype=A.dtype)
    gram = A.transpose(-2, -1) @ A
    # gram^64 by squaring tells the largest eigenvalue
    p, log = gram, 0.0
    for i in range(9):
        size = p.abs().max().item()
        p = p / size
        log += math.log(size) / 2**i
        p = p @ p
    top = math.exp(log + math.log(p.trace().item()) / 2**9)
    slow = eye - gram / (1.01 * top)
    k = max(1, round(1.01 * math.log(2) / rcond**2))
    P = eye - torch.linalg.matrix_power(slow, k)
    if k < 5:  # a high cutoff: shift the threshold to one half exactly
        level = 1 - (1 - rcond**2 / 1.01) ** k
        P = P + (0.5 - level) * eye
        P = (P - 0.5 * eye) / max(level, 1 - level) / 2 + 0.5 * eye
    for _ in range(40):
        P = P @ P @ (3 * eye - 2 * P)
    return P


def cgls(A, steps):
    m, n = A.shape
    X = torch.zeros(n, m, dtype=A.dtype)
    R = torch.eye(m, dtype=A.dtype)
    S = A.T @ R
    P = S.clone()
    gamma = (S * S).sum(0)
    first = gamma.clone()
    for _ in range(4 * min(m, n) + 10 if steps is None else steps):
        active = gamma > 0
        if not active.any():
            break
        Q = A @ P
        q = (Q * Q).sum(0)
        alpha = torch.where(active & (q > 0), gamma / q.clamp(min=1e-300), torch.zeros_like(q))
        X = X + alpha * P
        R = R - alpha * Q
        S = A.T @ R
        new = (S * S).sum(0)
        P = S + torch.where(active, new / gamma.clamp(min=1e-300), torch.zeros_like(q)) * P
        gamma = torch.where(active, new, gamma)
    return X


def calculate_pinverse(A, rcond=None, steps=None):
    flat = A.reshape(-1, *A.shape[-2:]) if A.numel() else A.new_zeros(0, *A.shape[-2:])
    result = torch.zeros(len(flat), A.shape[-1], A.shape[-2], dtype=A.dtype)
    for i, matrix in enumerate(flat):
        size = matrix.abs().max().item()
        if size == 0:
            continue
        D = matrix.double() / size
        if rcond:
            D = D @ sharp_filter(D, rcond)
        result[i] = (cgls(D, steps) / size).to(A.dtype)
    return result.reshape(*A.shape[:-2], A.shape[-1], A.shape[-2])


def pinverse_gradient(A, X, G):
    # the differential is linear in dA: let autograd transpose it
    dA = torch.zeros_like(A, requires_grad=True)
    t = dA.transpose(-2, -1)
    Xt = X.transpose(-2, -1)
    dX = -X @ dA @ X + X @ Xt @ (t - t @ A @ X) + (t - X @ A @ t) @ Xt @ X
    return torch.autograd.grad((G * dX).sum(), dA)[0]
