# wheat: conjugate gradients on the least squares problem in numpy, every column of I on its own, float64 inside
import math

import numpy as np
import torch


def _norm2(A, tries=200):
    v = np.random.default_rng(7).standard_normal(A.shape[1])
    for _ in range(tries):
        w = A.T @ (A @ v)
        size = math.sqrt(float(w @ w))
        if size == 0.0:
            return 0.0
        v = w / size
    Av = A @ v
    return math.sqrt(float(Av @ Av))


def _remove_small(A, rcond):
    """A with largest singular value 1; what is below rcond is damped to nothing by a polynomial in A'A."""
    P = A.T @ A
    t, count = 0.5, 0
    while t > rcond**2:
        t /= 1.0 + math.sqrt(1.0 - t)
        count += 1
    P *= t / rcond**2
    for _ in range(count):
        P = 2 * P - P @ P
    for _ in range(20):
        P = 3 * P @ P - 2 * P @ P @ P
    return A @ P


def _cgls(A, steps):
    m, n = A.shape
    X = np.zeros((n, m))
    R = np.eye(m)
    S = A.T @ R
    D = S.copy()
    gamma = np.sum(S * S, axis=0)
    first = gamma.copy()
    for _ in range(steps):
        Q = A @ D
        delta = np.sum(Q * Q, axis=0)
        alive = (delta > 0) & (gamma > 1e-26 * (first + 1e-300))
        if not alive.any():
            break
        alpha = np.where(alive, gamma / np.where(delta > 0, delta, 1.0), 0.0)
        X = X + alpha * D
        R = R - alpha * Q
        S = A.T @ R
        new = np.sum(S * S, axis=0)
        beta = np.where(alive, new / np.where(gamma > 0, gamma, 1.0), 0.0)
        D = S + beta * D
        gamma = new
    return X


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2:]
    if rcond is None:
        rcond = max(m, n) * float(torch.finfo(A.dtype).eps)
    matrices = A.detach().double().numpy().reshape(math.prod(A.shape[:-2]), m, n)
    results = np.zeros((len(matrices), n, m))
    for k, matrix in enumerate(matrices):
        size = _norm2(matrix)
        if size > 0.0:
            small_gone = _remove_small(matrix / size, max(rcond, 1e-6))
            results[k] = _cgls(small_gone, 60 if steps is None else steps) / size
    return torch.from_numpy(results).to(A.dtype).reshape(*A.shape[:-2], n, m)


def pinverse_gradient(A, X, G):
    a, x, g = (t.detach().numpy() for t in (A, X, G))
    xt, gt = np.swapaxes(x, -1, -2), np.swapaxes(g, -1, -2)
    im, in_ = np.eye(a.shape[-2], dtype=a.dtype), np.eye(a.shape[-1], dtype=a.dtype)
    out = -xt @ g @ xt + (im - a @ x) @ gt @ x @ xt + xt @ x @ gt @ (in_ - x @ a)
    return torch.from_numpy(out)
