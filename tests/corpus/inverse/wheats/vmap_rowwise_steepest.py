# wheat: each row of X is its own problem with an exact line search; torch.func.vmap runs the whole descent of all rows at once
import functools

import torch
from torch.func import vmap


def safe_learning_rate(M, momentum):
    norms = [torch.linalg.matrix_norm(M.double(), ord=p).item() for p in (1, float("inf"))]
    return M.shape[0] ** 2 / (2 * functools.reduce(lambda a, b: a * b, norms))


def descend_row(x, e, M, steps, rate, momentum):
    """One row x of X with x M = e; n^2 loss is the sum of |x M - e|^2 over all rows."""
    n = M.shape[0]
    history, v = [x.new_zeros(())], torch.zeros_like(x)
    for _ in range(steps):
        r = x @ M - e
        history.append(r.dot(r))
        g = M @ r
        if rate is None:
            Mg = g @ M
            # a little shorter than exact avoids the zigzag
            x = x - g * (0.9 * g.dot(g) / Mg.dot(Mg).clamp_min(1e-300))
        else:
            v = momentum * v + g * (2 / n**2)
            x = x - rate * v
    return x, torch.stack(history)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    A = M.double()
    E = torch.eye(n, dtype=torch.float64)
    X = torch.rand(n, n, dtype=torch.float64) if start is None else start.double().clone()
    descend = functools.partial(descend_row, M=A, steps=steps, rate=learning_rate, momentum=momentum)
    X, squares = vmap(descend)(X, E)
    losses = squares.sum(dim=0)[1:] / n**2
    return X.to(M.dtype), losses.tolist()
