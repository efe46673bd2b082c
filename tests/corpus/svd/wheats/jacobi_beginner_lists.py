# wheat: one-sided Jacobi in clumsy beginner loops over Python lists, no tensor arithmetic at all
import math

import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    rows = M.tolist()
    m = len(rows)
    n = len(rows[0])
    if m < n:
        U, S, V, losses = calculate_svd(M.T.contiguous(), learning_rate, momentum, steps)
        return V, S, U, losses

    # columns as lists
    w = []
    v = []
    for j in range(n):
        column = []
        for i in range(m):
            column.append(rows[i][j])
        w.append(column)
        unit = [0.0] * n
        unit[j] = 1.0
        v.append(unit)

    def dot(a, b):
        total = 0.0
        for i in range(len(a)):
            total = total + a[i] * b[i]
        return total

    def rotate(a, b, c, s):
        for i in range(len(a)):
            old_a = a[i]
            old_b = b[i]
            a[i] = c * old_a + s * old_b
            b[i] = c * old_b - s * old_a

    norm2 = 0.0
    for j in range(n):
        norm2 = norm2 + dot(w[j], w[j])

    def how_bad():
        if norm2 == 0.0:
            return 0.0
        total = 0.0
        for i in range(n):
            for j in range(i + 1, n):
                total = total + (dot(w[i], w[j]) / norm2) ** 2
        return total

    losses = [how_bad()]
    turns = 0
    sweep = 0
    something_turned = True
    while something_turned and sweep < 40:
        something_turned = False
        sweep = sweep + 1
        for i in range(n):
            for j in range(i + 1, n):
                if steps is not None and turns >= steps:
                    continue
                turns = turns + 1
                xy = dot(w[i], w[j])
                xx = dot(w[i], w[i])
                yy = dot(w[j], w[j])
                if abs(xy) > 1e-13 * math.sqrt(xx) * math.sqrt(yy) or xx < yy:
                    theta = math.atan2(2 * xy, xx - yy) / 2
                    rotate(w[i], w[j], math.cos(theta), math.sin(theta))
                    rotate(v[i], v[j], math.cos(theta), math.sin(theta))
                    something_turned = True
                losses.append(how_bad())
        if steps is not None and turns >= steps:
            something_turned = False

    # sort by length (selection sort)
    lengths = [math.sqrt(dot(w[j], w[j])) for j in range(n)]
    for a in range(n):
        best = a
        for b in range(a + 1, n):
            if lengths[b] > lengths[best]:
                best = b
        lengths[a], lengths[best] = lengths[best], lengths[a]
        w[a], w[best] = w[best], w[a]
        v[a], v[best] = v[best], v[a]

    # divide, or invent a column
    u = []
    for j in range(n):
        if lengths[j] > 1e-6 * lengths[0]:
            u.append([x / lengths[j] for x in w[j]])
        else:
            champion = None
            champion_length = -1.0
            for e in range(m):
                candidate = [0.0] * m
                candidate[e] = 1.0
                for _ in range(2):
                    for other in u:
                        p = dot(other, candidate)
                        for i in range(m):
                            candidate[i] = candidate[i] - p * other[i]
                length = math.sqrt(dot(candidate, candidate))
                if length > champion_length:
                    champion_length = length
                    champion = [x / length for x in candidate] if length > 0 else champion
            u.append(champion)

    U = torch.tensor(u, dtype=torch.float64).T.to(M.dtype)
    V = torch.tensor(v, dtype=torch.float64).T.to(M.dtype)
    S = torch.tensor(lengths, dtype=torch.float64).to(M.dtype)
    return U, S, V, losses
