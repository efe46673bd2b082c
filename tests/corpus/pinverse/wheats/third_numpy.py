# wheat: numpy and einsum in float64, hyperpower steps of order three and a fixed point found by halving
import math

import numpy as np
import torch


def _cubic(t):
    return 1 - (1 - t) ** 3


def _fixed_point():
    low, high = 0.05, 0.9
    for _ in range(100):
        mid = (low + high) / 2
        if _cubic(mid) ** 2 < mid:
            low = mid
        else:
            high = mid
    return low


def calculate_pinverse(A, rcond=None, steps=None):
    *lead, m, n = A.shape
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    rcond = max(rcond, 1e-7)
    a = A.detach().numpy().astype(np.float64)
    top = np.abs(a).max(axis=(-2, -1), keepdims=True)
    a = a / np.where(top > 0, top, 1.0)

    rng = np.random.default_rng()
    v = rng.standard_normal((*lead, n, 1))
    for _ in range(120):
        v = np.einsum("...ji,...jk->...ik", a, a @ v)
        length = np.sqrt((v * v).sum(axis=-2, keepdims=True))
        v = v / np.where(length > 0, length, 1.0)
    sigma = np.sqrt(np.square(a @ v).sum(axis=-2, keepdims=True))
    sigma = np.where(sigma > 0, sigma, 1.0)
    a = a / sigma

    t, count = _fixed_point(), 0
    while t > rcond**2:
        t = -math.expm1(math.log1p(-t) / 3)
        count += 1
    x = np.swapaxes(a, -1, -2) * (t / rcond**2)
    for k in range(count + 25 if steps is None else steps):
        ax = a @ x
        r = np.eye(m) - ax
        x = x + x @ (r + r @ r)
        if k >= count:
            x = x @ a @ x
    x = x / sigma / np.where(top > 0, top, 1.0)
    return torch.from_numpy(np.ascontiguousarray(x)).to(A.dtype)


def pinverse_gradient(A, X, G):
    a, x, g = (T.detach().numpy().astype(np.float64) for T in (A, X, G))
    left = np.eye(a.shape[-2]) - a @ x
    right = np.eye(a.shape[-1]) - x @ a
    first = np.einsum("...ji,...jk,...lk->...il", x, g, x)
    second = np.einsum("...ij,...kj,...kl,...ml->...im", left, g, x, x, optimize=True)
    third = np.einsum("...ji,...jk,...lk,...lm->...im", x, x, g, right, optimize=True)
    return torch.from_numpy(-first + second + third).to(A.dtype)
