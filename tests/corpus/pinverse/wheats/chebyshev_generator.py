# wheat: Chebyshev semi-iteration on [1/50, 1], generator of coefficients, flat list of matrices, vmap-free
from itertools import islice
from math import sqrt

import torch


def coefficients(low, high):
    middle, half = (high + low) / 2, (high - low) / 2
    alpha, beta = 1 / middle, 0.0
    yield alpha, beta
    rho = half / middle
    while True:
        new = 1 / (2 * middle / half - rho)
        yield 2 * new / half, new * rho
        rho = new


def norm2(A):
    v = torch.randn(A.shape[-1], 1, dtype=A.dtype)
    for _ in range(150):
        v = A.mT @ (A @ v)
        v = v / v.norm().clamp_min(1e-300)
    return (A @ v).norm()


def drop(B, rcond):
    if rcond < 1e-6:
        return B
    t, count = 0.5, 0
    while t > rcond**2:
        t, count = t / (1 + sqrt(1 - t)), count + 1
    P = B.mT @ B * (t / rcond**2)
    for _ in range(count):
        P = P + (P - P @ P)
    for _ in range(20):
        P = P @ (3 * P - 2 * P @ P)
    return B @ P


def single(A, rcond, steps):
    size = norm2(A)
    if size == 0:
        return torch.zeros_like(A.mT)
    B = drop(A / size, rcond)
    X, move = torch.zeros_like(B.mT), torch.zeros_like(B.mT)
    eye = torch.eye(len(B), dtype=B.dtype)
    for alpha, beta in islice(coefficients(0.02, 1.01), 150 if steps is None else steps):
        move = beta * move - alpha * B.mT @ (B @ X - eye)
        X = X + move
    return X / size


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    cut = max(m, n) * torch.finfo(A.dtype).eps if rcond is None else rcond
    answers = [single(a.double(), cut, steps).to(A.dtype) for a in A.reshape(A.shape[:-2].numel(), m, n)]
    if not answers:
        return A.new_zeros(*A.shape[:-2], n, m)
    return torch.stack(answers).reshape(*A.shape[:-2], n, m)


def pinverse_gradient(A, X, G):
    XT, GT = X.mT, G.mT
    AX, XA = A @ X, X @ A
    left = torch.eye(A.shape[-2], dtype=A.dtype) - AX
    right = torch.eye(A.shape[-1], dtype=A.dtype) - XA
    return -XT @ G @ XT + left @ GT @ X @ XT + XT @ X @ GT @ right
