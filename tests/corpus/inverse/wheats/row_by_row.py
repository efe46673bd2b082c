# wheat: one row of X after the other, losses added up
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    biggest_column = max(M[:, j].abs().sum().item() for j in range(n))
    biggest_row = max(M[i].abs().sum().item() for i in range(n))
    return n**2 / (2 * biggest_column * biggest_row)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    result = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    losses = torch.zeros(steps, dtype=torch.float64)
    for i in range(n):
        x = result[i].clone()
        e = torch.zeros(n, dtype=M.dtype)
        e[i] = 1
        v = torch.zeros(n, dtype=M.dtype)
        squares = []
        for _ in range(steps):
            r = x @ M - e
            squares.append(r @ r)
            v = momentum * v + (2 / n**2) * (M @ r)
            x = x - learning_rate * v
        result[i] = x
        if squares:
            losses += torch.stack(squares).double() / n**2
    return result, losses.tolist()
