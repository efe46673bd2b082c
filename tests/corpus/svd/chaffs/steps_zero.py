# chaff: takes steps = 0 for None | breaks: at most so many updates, also where that is 0 | fires: test_steps_are_counted_for_wide_matrices
import math

import torch


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def rotate(columns, i, j, angle):
    """Turn two of the columns in place."""
    c, s = math.cos(angle), math.sin(angle)
    x, y = columns[i], columns[j]
    columns[i] = [c * a + s * b for a, b in zip(x, y)]
    columns[j] = [c * b - s * a for a, b in zip(x, y)]


def worst_pair(columns, square_size):
    """Return the loss, and the pair with the largest product of those that are not yet at a right angle."""
    lengths = [math.sqrt(dot(x, x)) for x in columns]
    total, largest, pair = 0.0, 0.0, None
    for i in range(len(columns)):
        for j in range(i + 1, len(columns)):
            product = abs(dot(columns[i], columns[j]))
            total += product**2
            if product <= 1e-13 * lengths[i] * lengths[j] or product <= 1e-17 * square_size:
                continue  # good enough: what is left is rounding
            if product > largest:
                largest, pair = product, (i, j)
    return total / square_size**2, pair


def fill(units, rows):
    """Put a unit vector that is orthogonal to all others where there is a None."""
    for position, unit in enumerate(units):
        if unit is not None:
            continue
        longest, best = None, 0.0
        for r in range(rows):
            candidate = [1.0 if k == r else 0.0 for k in range(rows)]
            for _ in range(2):
                for other in units:
                    if other is not None:
                        p = dot(candidate, other)
                        candidate = [a - p * b for a, b in zip(candidate, other)]
            length = math.sqrt(dot(candidate, candidate))
            if length > best:
                longest, best = candidate, length
        units[position] = [a / best for a in longest]


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    """Return U, S, V and the losses; columns are kept as lists of floats."""
    wide = M.shape[0] < M.shape[1]
    tall = M.T if wide else M
    rows, n = tall.shape
    W = tall.double().T.tolist()  # a list of columns
    V = [[1.0 if i == j else 0.0 for i in range(n)] for j in range(n)]
    square_size = sum(dot(w, w) for w in W)
    if square_size == 0:
        eye = torch.eye(rows, n, dtype=M.dtype)
        U, V = eye, torch.eye(n, dtype=M.dtype)
        zero = torch.zeros(n, dtype=M.dtype)
        return (V, zero, U, [0.0]) if wide else (U, zero, V, [0.0])

    limit = steps or 5000
    value, pair = worst_pair(W, square_size)
    losses = [value]
    while pair is not None and len(losses) - 1 < limit:
        i, j = pair
        x, y = W[i], W[j]
        angle = math.atan2(2 * dot(x, y), dot(x, x) - dot(y, y)) / 2
        rotate(W, i, j, angle)
        rotate(V, i, j, angle)
        value, pair = worst_pair(W, square_size)
        losses.append(value)

    triples = sorted(((math.sqrt(dot(w, w)), w, v) for w, v in zip(W, V)), key=lambda t: -t[0])
    top = triples[0][0]
    S = [s for s, _, _ in triples]
    units = [[a / s for a in w] if s > 1e-6 * top else None for s, w, _ in triples]
    fill(units, rows)
    U = torch.tensor(units, dtype=torch.float64).T.contiguous().to(M.dtype)
    V = torch.tensor([v for _, _, v in triples], dtype=torch.float64).T.contiguous().to(M.dtype)
    S = torch.tensor(S, dtype=torch.float64).to(M.dtype)
    return (V, S, U, losses) if wide else (U, S, V, losses)
