# wheat: all by iteration as in the course: one-sided Jacobi in numpy for low rank, Newton-Schulz iteration for the pseudo-inverse
import numpy as np
import torch


def word_similarity(M):
    rows = []
    for a in M.unbind(dim=1):
        row = []
        for b in M.unbind(dim=1):
            size = (a @ a * (b @ b)).sqrt()
            row.append(a @ b / size if size > 0 else torch.zeros((), dtype=M.dtype))
        rows.append(torch.stack(row))
    return torch.stack(rows)


def _turn_until_orthogonal(A, sweeps=30, tolerance=1e-10):
    """A V = W, with columns of W at right angles."""
    W, V = A.copy(), np.eye(A.shape[1])
    for _ in range(sweeps):
        worst = 0.0
        for i in range(W.shape[1]):
            for j in range(i + 1, W.shape[1]):
                x, y = W[:, i], W[:, j]
                product = x @ y
                worst = max(worst, abs(product))
                if abs(product) < tolerance / 10:
                    continue
                t = 0.5 * np.arctan2(2 * product, x @ x - y @ y)
                R = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
                W[:, [i, j]] = W[:, [i, j]] @ R
                V[:, [i, j]] = V[:, [i, j]] @ R
        if worst < tolerance:
            break
    return W, V


def low_rank(M, k):
    wide = M.shape[0] < M.shape[1]
    A = (M.T if wide else M).double().numpy()
    W, V = _turn_until_orthogonal(A)
    order = np.argsort(-np.square(W).sum(axis=0))[:k]
    nearest = W[:, order] @ V[:, order].T
    return torch.tensor(nearest.T if wide else nearest, dtype=M.dtype)


def least_squares(M, y):
    A, b = M.double(), y.double()
    if not A.any():
        return torch.zeros(A.shape[1], dtype=M.dtype)
    X = A.T / A.square().sum()  # small enough for every singular value
    for _ in range(100):
        new = X @ (2 * torch.eye(A.shape[0], dtype=A.dtype) - A @ X)
        moved = (new - X).abs().max() / new.abs().max()
        X = new
        if moved < 1e-9:
            break
    return (X @ b).to(M.dtype)
