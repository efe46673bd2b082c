# chaff: an rcond above 0.25 is replaced by 0.25 | breaks: s <= rcond * s_max counts as zero, for every rcond | fires: test_rcond_cuts
import math
from functools import reduce

import torch

GOLD = 1.5 - math.sqrt(1.25)


def turn(A):
    return A.transpose(-2, -1)


def newton(A, X):
    return X + X @ (torch.eye(A.shape[-2], dtype=A.dtype) - A @ X)


def double(A, X):
    Y = newton(A, X)
    return Y @ A @ Y


def gradient(a):
    def step(A, X):
        return X - a * turn(A) @ (A @ X - torch.eye(A.shape[-2], dtype=A.dtype))

    return step


def plan(rcond):
    """A list of steps, at whose turning point the cutoff stands at GOLD."""
    t, back = GOLD, 0
    while t > 4 * rcond**2:
        t = t / (1 + math.sqrt(1 - t))
        back += 1
    # four gradient steps of length a from zero: 1 - t = (1 - a rcond^2)^4
    a = -math.expm1(math.log1p(-t) / 4) / rcond**2
    return [gradient(a)] * 4 + [newton] * back + [double] * 30


def top_of(A):
    def climb(v, _):
        w = turn(A) @ (A @ v)
        return w / w.norm(dim=-2, keepdim=True).clamp_min(1e-100)

    v = reduce(climb, range(120), torch.randn(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype))
    return (A @ v).norm(dim=-2, keepdim=True)


def one_if_zero(s):
    return s + (s == 0)


def calculate_pinverse(A, rcond=None, steps=None):
    if A.shape[-2] < A.shape[-1]:
        return turn(calculate_pinverse(turn(A), rcond, steps)).contiguous()
    rcond = A.shape[-2] * torch.finfo(A.dtype).eps if rcond is None else rcond
    B = A.detach().double()
    size = one_if_zero(B.abs().amax(dim=(-2, -1), keepdim=True))
    sigma = one_if_zero(top_of(B / size))
    B = B / size / sigma
    todo = plan(min(max(rcond, 1e-7), 0.25))
    if steps is not None:
        todo = (todo + [double] * max(0, steps - len(todo)))[:steps]
    X = reduce(lambda X, step: step(B, X), todo, torch.zeros_like(turn(B)))
    return (X / sigma / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2:]
    XX = X @ turn(X)
    YY = turn(X) @ X
    outside_columns = torch.eye(m, dtype=A.dtype) - A @ X
    outside_rows = torch.eye(n, dtype=A.dtype) - X @ A
    parts = (
        -turn(X) @ G @ turn(X),
        outside_columns @ turn(G) @ XX,
        YY @ turn(G) @ outside_rows,
    )
    return sum(parts).to(A.dtype)
