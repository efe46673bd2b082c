# wheat: Ben-Israel-Cohen, one matrix of the batch after the other, wide ones transposed; cutoff by deflation
import torch


def power(A, v, times=60):
    for _ in range(times):
        w = A.T @ (A @ v)
        length = w.norm()
        if length == 0:
            return v, 0.0
        v = w / length
    return v, (A @ v).norm().item()


def keep_large(A, rcond):
    n = A.shape[1]
    rest = A.clone()
    kept = torch.zeros_like(A)
    largest = None
    for _ in range(min(A.shape)):
        v, s = power(rest, torch.randn(n, dtype=A.dtype))
        largest = s if largest is None else largest
        if s <= rcond * largest:
            break
        part = torch.outer(rest @ v, v)
        kept += part
        rest -= part
    return kept


def one(A, rcond, steps):
    if A.shape[0] < A.shape[1]:
        return one(A.T, rcond, steps).T
    if not A.any():
        return torch.zeros_like(A.T)
    A = A / A.norm() if rcond is None else keep_large(A / A.norm(), rcond)
    X = A.T.clone()
    for _ in range(40 if steps is None else steps):
        new = X @ (2 * torch.eye(len(A), dtype=A.dtype) - A @ X)
        change = (new - X).norm() / new.norm()
        X = new
        if change < 1e-4:
            break
    return X


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() > 2:
        answers = [calculate_pinverse(each, rcond, steps) for each in A]
        if len(answers) == 0:
            return A.transpose(-2, -1).clone()
        return torch.stack(answers)
    size = A.double().norm()
    X = one(A.double(), rcond, steps)
    if size > 0:
        X = X / size
    return X.to(A.dtype)


def pinverse_gradient(A, X, G):
    if A.dim() > 2:
        out = torch.zeros_like(A)
        for i in range(A.shape[0]):
            out[i] = pinverse_gradient(A[i], X[i], G[i])
        return out
    m, n = A.shape
    I_m = torch.eye(m, dtype=A.dtype)
    I_n = torch.eye(n, dtype=A.dtype)
    return -X.T @ G @ X.T + (I_m - A @ X) @ G.T @ X @ X.T + X.T @ X @ G.T @ (I_n - X @ A)
